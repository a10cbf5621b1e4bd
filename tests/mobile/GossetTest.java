import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gosset.Chat;
import org.gosset.Generated;
import org.gosset.Gosset;
import org.gosset.GossetException;
import org.gosset.Message;
import org.gosset.Model;
import org.gosset.ModelInfo;
import org.gosset.ModelOptions;
import org.gosset.Sampler;
import org.gosset.SamplerOptions;
import org.gosset.Session;
import org.gosset.SessionOptions;

/** The wrapper on a JVM: GossetTest MODEL FOLDER PROMPT EXPECTED, the latter the greedy text. */
public final class GossetTest extends Checks {
    private static Path folder;

    public static void main(String[] arguments) throws Exception {
        file = arguments[0];
        folder = Paths.get(arguments[1]);
        prompt = arguments[2];
        expected = arguments[3];
        opening();
        descriptors();
        text();
        generating();
        samplers();
        saving();
        chatting();
        LifeTest.run();
        System.out.println(checks + " checks, " + failures + " failed");
        if (failures > 0) System.exit(1);
    }

    static void opening() throws IOException {
        check(Gosset.version().matches("\\d+\\.\\d+\\.\\d+"), "version " + Gosset.version());
        check(Gosset.cpu().contains("; tier "), "cpu " + Gosset.cpu());
        try (Model model = Model.open(file)) {
            ModelInfo info = model.info();
            check(info.architecture.equals("llama"), "architecture " + info.architecture);
            check(Gosset.cpu().contains(info.tier), "tier " + info.tier);
            check(info.vocab == 8192 && info.dim == 512 && info.layers == 8, "shapes");
            check(info.maxContext == 1024 && info.weights == 29360128L, "context, weights: " + info.maxContext + " " + info.weights);
            check(info.fileBytes == Files.size(Paths.get(file)), "file bytes " + info.fileBytes);
            check(info.weightBytes > 0 && info.weightBytes < info.fileBytes, "weight bytes");
            check(info.bytesPerToken > 0 && info.identity != 0, "bytes per token, identity");
            check(info.hasTokenizer && !info.hasChatTemplate, "tokenizer, template");
            check(model.isEnd(0) && !model.isEnd(100) && !model.isEnd(-1), "ends");
        }
        String none = folder.resolve("n\u00f6 such \uD83D\uDEA2.gosset").toString();
        refused(GossetException.NOT_FOUND, none, () -> Model.open(none));
        fails(IllegalArgumentException.class, "zero", () -> Model.open(file + "\0x"));
        fails(NullPointerException.class, "", () -> Model.open(null));
        fails(NullPointerException.class, "", () -> Model.open(file, null));
        Path damaged = folder.resolve("damaged");
        byte[] bytes = Files.readAllBytes(Paths.get(file));
        bytes[100] ^= 1;
        Files.write(damaged, bytes);
        refused(GossetException.CORRUPT, "", () -> Model.open(damaged.toString()));
        // Characters beyond the basic plane, in the name of a file that is there.
        Path ship = folder.resolve("\uD83D\uDEA2.gosset");
        Files.copy(Paths.get(file), ship);
        Model.open(ship.toString()).close();
    }

    static int number(FileDescriptor descriptor) throws ReflectiveOperationException {
        Field field = FileDescriptor.class.getDeclaredField("fd");
        field.setAccessible(true);
        return field.getInt(descriptor);
    }

    /** As an asset in an APK: bytes before, the model, bytes behind. */
    static void descriptors() throws Exception {
        byte[] model = Files.readAllBytes(Paths.get(file));
        for (int before : new int[] {0, 64, 16384, 1001}) {
            Path archive = folder.resolve("archive");
            try (OutputStream out = new FileOutputStream(archive.toFile())) {
                out.write(new byte[before]);
                out.write(model);
                out.write(new byte[777]);
            }
            Model opened;
            try (FileInputStream in = new FileInputStream(archive.toFile())) {
                ModelOptions options = new ModelOptions();
                options.exact = true;
                int fd = number(in.getFD());
                opened = Model.open(fd, before, model.length, options);
                refused(GossetException.CORRUPT, "",
                        () -> Model.open(fd, before + 1, model.length, options));
                fails(GossetException.class, "", () -> Model.open(fd, before, model.length + 7777L,
                        options));
                fails(IllegalArgumentException.class, "below zero",
                        () -> Model.open(fd, before, -1, options));
                fails(IllegalArgumentException.class, "below zero",
                        () -> Model.open(-1, before, model.length, options));
            }
            Files.delete(archive);  // the map is what holds it now
            try (Session session = session(opened)) {
                check(continued(opened, session, 24).equals(expected), "text at offset " + before);
            }
            opened.close();
        }
    }

    static void text() {
        try (Model model = open()) {
            String[] texts = {"", "The ship", "caf\u00e9 \u65e5\u672c \uD83D\uDEA2 a\0b", "<|endoftext|>"};
            for (String text : texts) {
                int[] ids = model.tokenize(text);
                check(model.detokenize(ids).equals(text), "there and back: " + text);
            }
            check(model.tokenize("<|endoftext|>", false, true).length == 1, "a control token");
            check(model.tokenize("<|endoftext|>").length > 1, "no control token");
            check(model.detokenize(new int[] {-1, 0, 1 << 30}).isEmpty(), "ids that are none");
            fails(NullPointerException.class, "", () -> model.tokenize(null));
            fails(NullPointerException.class, "", () -> model.detokenize(null));
        }
    }

    static void generating() {
        try (Model model = open(); Session session = session(model); Sampler sampler = greedy(model)) {
            check(session.context() == 96 && session.threads() == 1, "what was asked for");
            SessionOptions options = new SessionOptions();
            options.context = 256;
            long bytes = Session.memory(model, options);
            check(bytes > 0 && bytes < 64 << 20, "memory " + bytes);
            int[] ids = model.tokenize(prompt);
            List<Integer> tokens = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            Thread caller = Thread.currentThread();
            Generated done = session.generate(ids, 24, sampler, (token, part) -> {
                check(Thread.currentThread() == caller, "the thread of the callback");
                tokens.add(token);
                text.append(part);
                return true;
            });
            check(text.toString().equals(expected), "\"" + text + "\" is not \"" + expected + "\"");
            check(done.promptTokens == ids.length && done.newTokens == 24, "numbers of tokens");
            check(tokens.size() == 24 && !done.ended && !done.cancelled, "tokens, ends");
            check(done.promptSeconds > 0 && done.decodeSeconds > 0, "seconds");
            check(done.tokensPerSecond() > 0, "tokens per second");
            check(session.length() == ids.length + 23, "length " + session.length());
            session.trim(0);
            check(session.length() == 0, "trimmed");
            check(session.generate(ids, 3, sampler, null).newTokens == 3, "without a callback");
            check(session.generate(ids, 0, sampler, null).newTokens == 0, "of no token");
            fails(NullPointerException.class, "", () -> session.generate(null, 1, sampler, null));
            refused(GossetException.INVALID_ARGUMENT, "",
                    () -> session.generate(new int[0], 1, sampler, null));
            refused(GossetException.INVALID_ARGUMENT, "",
                    () -> session.generate(new int[] {8192}, 1, sampler, null));
            fails(IllegalArgumentException.class, "maxNew",
                    () -> session.generate(ids, -1, sampler, null));
            fails(IllegalArgumentException.class, "length", () -> session.trim(-1));
            refused(GossetException.INVALID_ARGUMENT, "", () -> session.trim(90));
            refused(GossetException.LIMIT, "", () -> session.generate(new int[100], 1, sampler, null));
            // The context fills up on the way: what came before the error was heard.
            session.trim(0);
            int[] heard = {0};
            refused(GossetException.LIMIT, "", () -> session.generate(ids, 1000, sampler, (t, part) -> {
                heard[0]++;
                return true;
            }));
            check(heard[0] == 96 - ids.length + 1, "heard " + heard[0]);
            SessionOptions bad = new SessionOptions();
            bad.threads = -1;
            fails(IllegalArgumentException.class, "threads", () -> new Session(model, bad));
        }
    }

    static void samplers() {
        try (Model model = open(); Session session = session(model)) {
            List<String> texts = new ArrayList<>();
            SamplerOptions options = new SamplerOptions();
            for (long seed : new long[] {-7, -7, 8}) {
                options.seed = seed;
                StringBuilder text = new StringBuilder();
                try (Sampler sampler = new Sampler(model, options)) {
                    session.trim(0);
                    session.generate(model.tokenize(prompt), 16, sampler, (t, part) -> {
                        text.append(part);
                        return true;
                    });
                    String first = text.toString();
                    text.setLength(0);
                    sampler.reset();
                    session.trim(0);
                    session.generate(model.tokenize(prompt), 16, sampler, (t, part) -> {
                        text.append(part);
                        return true;
                    });
                    check(text.toString().equals(first), "after a reset");
                    texts.add(first);
                }
            }
            check(texts.get(0).equals(texts.get(1)), "equal seeds");
            check(!texts.get(0).equals(texts.get(2)), "other seeds");
            options.topP = 2;
            refused(GossetException.INVALID_ARGUMENT, "top-p", () -> new Sampler(model, options));
            options.topP = Float.NaN;
            options.topK = -2;
            fails(IllegalArgumentException.class, "topK", () -> new Sampler(model, options));
        }
    }

    static void saving() {
        try (Model model = open(); Session session = session(model); Session other = session(model);
                Sampler sampler = greedy(model)) {
            int[] ids = model.tokenize(prompt);
            session.generate(Arrays.copyOf(ids, ids.length - 1), 0, sampler, null);
            byte[] state = session.save();
            other.restore(state);
            check(other.length() == ids.length - 1, "restored");
            StringBuilder text = new StringBuilder();
            other.generate(new int[] {ids[ids.length - 1]}, 24, sampler, (t, part) -> {
                text.append(part);
                return true;
            });
            check(text.toString().equals(expected), "goes on from a saved state");
            state[state.length / 2] ^= 1;
            refused(GossetException.CORRUPT, "", () -> other.restore(state));
            refused(GossetException.CORRUPT, "", () -> other.restore(new byte[0]));
            fails(NullPointerException.class, "", () -> other.restore(null));
        }
    }

    static void chatting() {
        ModelOptions options = new ModelOptions();
        options.exact = true;
        options.chatTemplate = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
                + "{% if messages[0].content == 'no' %}{{ raise_exception('not that') }}{% endif %}"
                + "{% if add_generation_prompt %}assistant: {% endif %}";
        try (Model plain = open(); Model model = Model.open(file, options);
                Session session = session(model); Session fresh = session(model);
                Sampler sampler = greedy(model)) {
            List<Message> turns = new ArrayList<>();
            turns.add(new Message("user", "caf\u00e9 \uD83D\uDEA2"));
            refused(GossetException.UNSUPPORTED, "template", () -> plain.chat(turns, true));
            check(model.detokenize(model.chat(turns, false)).trim()
                    .equals("user: caf\u00e9 \uD83D\uDEA2"), "rendered");
            turns.set(0, new Message("user", "no"));
            refused(GossetException.INVALID_ARGUMENT, "not that", () -> model.chat(turns, true));
            turns.set(0, new Message("user", "a\0b"));
            fails(IllegalArgumentException.class, "zero", () -> model.chat(turns, true));

            Chat chat = new Chat(model, session, sampler);
            refused(GossetException.INVALID_ARGUMENT, "not that", () -> chat.ask("no", 8, null));
            check(chat.turns().isEmpty(), "a failed turn is none");
            int[] fed = {0, 0};
            for (String question : new String[] {"Where is the ship?", "And the captain?"}) {
                Generated done = chat.ask(question, 8, null);
                fed[0] += done.promptTokens;
                // The same, all of it computed anew.
                List<Message> before = chat.turns().subList(0, chat.turns().size() - 1);
                int[] ids = model.chat(before, true);
                fed[1] += ids.length;
                StringBuilder text = new StringBuilder();
                fresh.trim(0);
                fresh.generate(ids, 8, sampler, (t, part) -> {
                    text.append(part);
                    return true;
                });
                check(chat.turns().get(chat.turns().size() - 1).content.equals(text.toString()),
                        "a turn as if from the start");
            }
            check(chat.turns().size() == 4 && fed[0] < fed[1], "fed " + fed[0] + " of " + fed[1]);
            Generated cut = chat.ask("And then?", 50, (t, part) -> false);
            check(cut.newTokens == 1 && chat.turns().size() == 6, "cut short");
        }
    }
}
