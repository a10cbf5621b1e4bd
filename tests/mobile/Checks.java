import org.gosset.GossetException;
import org.gosset.Model;
import org.gosset.ModelOptions;
import org.gosset.Sampler;
import org.gosset.SamplerOptions;
import org.gosset.Session;
import org.gosset.SessionOptions;

/** What the tests of the wrapper share: how they complain, and the model of the repository. */
abstract class Checks {
    static int checks, failures;
    static String file, prompt, expected;

    interface Action {
        void run() throws Throwable;
    }

    static void check(boolean good, String what) {
        checks++;
        if (good) return;
        failures++;
        System.err.println("FAILED: " + what);
        new Throwable().printStackTrace();
    }

    /** The action throws exactly this type, with these words in the message. */
    static <T extends Throwable> T fails(Class<T> type, String words, Action action) {
        try {
            action.run();
        } catch (Throwable t) {
            check(t.getClass() == type && String.valueOf(t.getMessage()).contains(words),
                    "expected " + type.getSimpleName() + " with \"" + words + "\", got " + t);
            return type.isInstance(t) ? type.cast(t) : null;
        }
        check(false, "expected " + type.getSimpleName() + " with \"" + words + "\", got nothing");
        return null;
    }

    static void refused(int status, String words, Action action) {
        GossetException e = fails(GossetException.class, words, action);
        if (e != null) check(e.status() == status, "status " + e.status() + " instead of " + status);
    }

    static Model open() {
        ModelOptions options = new ModelOptions();
        options.exact = true;
        return Model.open(file, options);
    }

    static Session session(Model model) {
        SessionOptions options = new SessionOptions();
        options.context = 96;
        options.threads = 1;
        return new Session(model, options);
    }

    static Sampler greedy(Model model) {
        SamplerOptions options = new SamplerOptions();
        options.greedy = true;
        return new Sampler(model, options);
    }

    static String continued(Model model, Session session, int tokens) {
        StringBuilder text = new StringBuilder();
        try (Sampler sampler = greedy(model)) {
            session.generate(model.tokenize(prompt), tokens, sampler, (token, part) -> {
                text.append(part);
                return true;
            });
        }
        return text.toString();
    }
}
