import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

import org.apache.poi.hsmf.MAPIMessage;
import org.apache.poi.hsmf.datatypes.RecipientChunks;

/**
 * What Apache POI takes to read subject, sender, recipients and body, in a virtual machine that is warm: java PoiPeer
 * WAY SECONDS FILES... with WAY "bytes" or "file". All files are read again and again for so many seconds, then each is
 * measured. The least seconds of each file are printed as JSON, null for one that cannot be read.
 */
public final class PoiPeer {
    private static final int ROUNDS = 8;
    private static long letters;

    public static void main(String[] arguments) {
        boolean bytes = arguments[0].equals("bytes");
        long until = System.nanoTime() + Long.parseLong(arguments[1]) * 1_000_000_000L;
        List<String> told = new ArrayList<>();
        while (System.nanoTime() < until) {
            for (int at = 2; at < arguments.length && System.nanoTime() < until; at++) {
                seconds(arguments[at], bytes);
            }
        }
        for (int at = 2; at < arguments.length; at++) {
            double least = Double.POSITIVE_INFINITY;
            for (int round = 0; round < ROUNDS; round++) {
                least = Math.min(least, seconds(arguments[at], bytes));
            }
            told.add(least < Double.POSITIVE_INFINITY ? String.valueOf(least) : "null");
        }
        System.err.println(letters + " letters were read");
        System.out.println("[" + String.join(", ", told) + "]");
    }

    private static double seconds(String path, boolean bytes) {
        long start = System.nanoTime();
        try (MAPIMessage message = opened(new File(path), bytes)) {
            message.setReturnNullOnMissingChunk(true);
            count(message.getSubject());
            count(message.getDisplayFrom());
            for (RecipientChunks one : message.getRecipientDetailsChunks()) {
                count(one.getRecipientName());
                count(one.getRecipientEmailAddress());
            }
            count(message.getTextBody());
            count(message.getHtmlBody());
        } catch (Exception | Error unreadable) {
            return Double.POSITIVE_INFINITY;
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static MAPIMessage opened(File file, boolean bytes) throws IOException {
        return bytes ? new MAPIMessage(new ByteArrayInputStream(Files.readAllBytes(file.toPath()))) : new MAPIMessage(file);
    }

    private static void count(String text) {
        letters += text == null ? 0 : text.length();
    }
}
