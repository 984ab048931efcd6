"""How R, Python and Excel fetch a table: docs/data.md and the page Data show these lines, and tests run them."""

PYTHON = """\
import csv, io, os, urllib.request


def table(name, since=None):
    # The rows of a table, and the cursor for the next time.
    address = f"{os.environ['THROUGHLINE_API']}/data/{name}.csv" + (f"?since={since}" if since else "")
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {os.environ['THROUGHLINE_TOKEN']}"})
    with urllib.request.urlopen(asked) as answer:
        text = io.TextIOWrapper(answer, "utf-8", newline="")
        return list(csv.DictReader(text)), answer.headers["Throughline-Cursor"]


steps, cursor = table("steps")
print(len(steps), "steps, of them done:", sum(step["status"] == "done" for step in steps))

known = {(step["engagement_id"], step["plan_id"], step["step_id"]): step for step in steps}
changed, cursor = table("steps", since=cursor)
for step in changed:
    key = step["engagement_id"], step["plan_id"], step["step_id"]
    known.pop(key, None) if step["gone"] == "TRUE" else known.update({key: step})
print(len(known), "steps are known now")
"""
R = """\
table <- function(name, since = NULL) {
  address <- paste0(Sys.getenv("THROUGHLINE_API"), "/data/", name, ".csv")
  if (!is.null(since)) address <- paste0(address, "?since=", since)
  opened <- url(address, headers = c(Authorization = paste("Bearer", Sys.getenv("THROUGHLINE_TOKEN"))))
  read.csv(opened, colClasses = "character", na.strings = "", encoding = "UTF-8")
}

steps <- table("steps")
cat(nrow(steps), "steps, of them done:", sum(steps$status == "done"), "\\n")
print(table("attendance")[, c("team_id", "number", "was_there")])
"""
POWER_QUERY = """\
let
    Address = "https://throughline.example.org",
    Token = "tl_...",
    Answer = Web.Contents(Address, [
        RelativePath = "data/steps.csv",
        Headers = [Authorization = "Bearer " & Token]
    ]),
    Read = Csv.Document(Answer, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
    Steps = Table.PromoteHeaders(Read, [PromoteAllScalars = true])
in
    Steps
"""
