// Reads a calendar from standard input with ical.js, another parser than ours, and tells as JSON what it understood.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);

const told = (property) => property && { value: String(property.getFirstValue()), type: property.type };
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    summary: event.summary,
    description: event.description,
    sequence: event.sequence,
    status: component.getFirstPropertyValue("status"),
    url: component.getFirstPropertyValue("url"),
    allDay: event.startDate.isDate,
    start: event.startDate.toString(),
    zone: event.startDate.zone.tzid,
    startsAt: event.startDate.isDate ? null : event.startDate.toJSDate().toISOString(),
    endsAt: event.startDate.isDate ? null : event.endDate.toJSDate().toISOString(),
  };
});
process.stdout.write(JSON.stringify({ events, refresh: told(calendar.getFirstProperty("refresh-interval")) }));
