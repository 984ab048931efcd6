"""The client commands of `throughline`: one file a noun; they speak to the bus and to HTTP and import no service."""
