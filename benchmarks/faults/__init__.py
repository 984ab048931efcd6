"""The fault harness: it breaks what can break, by a seed, and proves that nothing was lost and nothing came twice."""
