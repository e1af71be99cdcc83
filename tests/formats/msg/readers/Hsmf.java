import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Calendar;
import org.apache.poi.hsmf.MAPIMessage;
import org.apache.poi.hsmf.datatypes.AttachmentChunks;

/** Reads the .msg files whose paths stand on standard input, and prints lines: path, field, value in base64. */
public class Hsmf {
    interface Getter {
        Object get() throws Exception;
    }

    public static void main(String[] words) throws Exception {
        BufferedReader paths = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String path; (path = paths.readLine()) != null; ) {
            try (MAPIMessage message = new MAPIMessage(new File(path))) {
                message.setReturnNullOnMissingChunk(true);
                message.guess7BitEncoding();
                tell(path, message);
            } catch (Throwable error) {
                print(path, "failure", error.toString());
            }
        }
    }

    static void tell(String path, MAPIMessage message) {
        attempt(path, "subject", message::getSubject);
        attempt(path, "from", message::getDisplayFrom);
        attempt(path, "body", message::getTextBody);
        attempt(path, "html", message::getHtmlBody);
        attempt(path, "date", () -> {
            Calendar date = message.getMessageDate();
            return date == null ? null : date.getTimeInMillis();
        });
        attempt(path, "people", () -> {
            for (String name : message.getRecipientNamesList()) {
                print(path, "person", name);
            }
            return null;
        });
        attempt(path, "addresses", () -> {
            for (String address : message.getRecipientEmailAddressList()) {
                print(path, "address", address);
            }
            return null;
        });
        attempt(path, "attachments", () -> {
            for (AttachmentChunks one : message.getAttachmentFiles()) {
                String name = one.getAttachLongFileName() == null ? null : one.getAttachLongFileName().getValue();
                if ((name == null || name.isEmpty()) && one.getAttachFileName() != null) {
                    name = one.getAttachFileName().getValue();
                }
                print(path, "attached", name);
                print(path, "data", one.getAttachData() == null ? null : one.getAttachData().getValue());
                print(path, "inside", one.isEmbeddedMessage() ? one.getEmbeddedMessage().getSubject() : null);
            }
            return null;
        });
    }

    static void attempt(String path, String field, Getter getter) {
        try {
            Object value = getter.get();
            if (value != null) {
                print(path, field, value.toString());
            }
        } catch (Throwable error) {
            print(path, field + " failure", error.toString());
        }
    }

    static void print(String path, String field, String value) {
        print(path, field, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    static void print(String path, String field, byte[] value) {
        String text = value == null ? "-" : Base64.getEncoder().encodeToString(value);
        System.out.println(path + "\t" + field + "\t" + text);
    }
}
