// Reads the .msg files whose paths stand on standard input, and prints a line of JSON each. NODE_PATH has the reader.
const fs = require("fs");
const MsgReader = require("@kenjiuno/msgreader").default;

for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    let told;
    try {
        const reader = new MsgReader(fs.readFileSync(path));
        const data = reader.getFileData();
        told = {
            failure: data.error,
            subject: data.subject,
            from: data.senderName,
            sender: data.senderSmtpAddress || data.senderEmail,
            body: data.body,
            html: data.html ? Buffer.from(data.html).toString("base64") : undefined,
            class: data.messageClass,
            date: data.clientSubmitTime,
            delivered: data.messageDeliveryTime,
            people: (data.recipients || []).map((one) => [one.name, one.smtpAddress || one.email, one.recipType]),
            attached: (data.attachments || []).map((one) => {
                const got = reader.getAttachment(one);
                return {
                    name: one.fileName || one.fileNameShort,
                    size: one.contentLength,
                    inside: one.innerMsgContent ? one.innerMsgContentFields.subject : undefined,
                    data: Buffer.from(got.content).toString("base64"),
                };
            }),
        };
    } catch (error) {
        told = { failure: String(error) };
    }
    console.log(JSON.stringify({ path, ...told }));
}
