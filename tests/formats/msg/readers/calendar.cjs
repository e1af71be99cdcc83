// Reads the appointments whose paths stand on standard input, and prints a line of JSON each. NODE_PATH has the reader.
const fs = require("fs");
const MsgReader = require("@kenjiuno/msgreader").default;

const shown = [
    "messageClass", "apptStartWhole", "apptEndWhole", "apptLocation", "clipStart", "clipEnd", "timeZoneDesc",
    "globalAppointmentID", "apptRecur", "apptTZDefStartDisplay", "apptTZDefRecur", "timeZoneStruct",
];
for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const data = new MsgReader(fs.readFileSync(path)).getFileData();
    console.log(JSON.stringify(Object.fromEntries(shown.map((name) => [name, data[name]]))));
}
