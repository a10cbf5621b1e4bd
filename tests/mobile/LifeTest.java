import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.gosset.Generated;
import org.gosset.Model;
import org.gosset.Sampler;
import org.gosset.Session;
import org.gosset.TokenCallback;

/** How generations stop, objects end, and who may use them when. */
final class LifeTest extends Checks {
    static void run() throws InterruptedException {
        stopping();
        cancelling();
        closing();
        oneAtATime();
        closedWhileUsed();
        numbers();
    }

    private static final class Trouble extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    static void stopping() {
        try (Model model = open(); Session session = session(model); Sampler sampler = greedy(model)) {
            int[] ids = model.tokenize(prompt), heard = {0};
            Generated done = session.generate(ids, 100, sampler, (t, part) -> ++heard[0] < 5);
            check(heard[0] == 5 && done.newTokens == 5 && !done.cancelled, "stopped by its callback");
            heard[0] = 0;
            TokenCallback thrower = (t, part) -> {
                if (++heard[0] == 3) throw new Trouble();
                return true;
            };
            fails(Trouble.class, "", () -> session.generate(ids, 100, sampler, thrower));
            check(heard[0] == 3, "an exception stops: " + heard[0]);
            TokenCallback worse = (t, part) -> {
                throw new StackOverflowError("thrown");
            };
            fails(StackOverflowError.class, "thrown", () -> session.generate(ids, 9, sampler, worse));
            session.trim(0);
            check(continued(model, session, 24).equals(expected), "good as new after exceptions");
        }
    }

    static void cancelling() throws InterruptedException {
        try (Model model = open(); Session session = session(model); Sampler sampler = greedy(model)) {
            check(!session.cancel(), "nothing to cancel");
            int[] ids = model.tokenize(prompt);
            check(session.generate(ids, 4, sampler, null).newTokens == 4, "an early cancel is none");
            session.trim(0);
            CountDownLatch running = new CountDownLatch(1), cancelled = new CountDownLatch(1);
            AtomicReference<Generated> result = new AtomicReference<>();
            int[] heard = {0};
            Thread worker = new Thread(() -> result.set(session.generate(ids, 200, sampler, (t, part) -> {
                heard[0]++;
                running.countDown();
                await(cancelled);
                return true;
            })));
            worker.start();
            running.await();
            check(session.cancel(), "something to cancel");
            cancelled.countDown();
            worker.join();
            Generated done = result.get();
            check(done != null && done.cancelled && heard[0] == 1, "cancelled: " + heard[0]);
            check(done != null && done.newTokens == 1 && done.promptTokens == ids.length, "its numbers");
            check(!session.cancel(), "nothing left to cancel");
            session.trim(0);
            check(continued(model, session, 24).equals(expected), "good as new after a cancel");
        }
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static void closing() throws InterruptedException {
        Model model = open();
        Session session = session(model);
        Sampler sampler = greedy(model);
        int[] ids = model.tokenize(prompt);
        model.close();
        model.close();
        fails(IllegalStateException.class, "Model is closed", () -> model.tokenize("x"));
        fails(IllegalStateException.class, "Model is closed", model::info);
        fails(IllegalStateException.class, "Model is closed", () -> session(model));
        fails(IllegalStateException.class, "Model is closed", () -> greedy(model));
        // What was made from it goes on.
        check(session.generate(ids, 4, sampler, null).newTokens == 4, "after its model was closed");
        // Closed out of its own callback, and by another thread: both are cancellations.
        Generated done = session.generate(ids, 50, sampler, (t, part) -> {
            session.close();
            return true;
        });
        check(done.cancelled && done.newTokens == 1, "closed in its callback");
        session.close();
        fails(IllegalStateException.class, "Session is closed", session::length);
        fails(IllegalStateException.class, "Session is closed", session::cancel);
        fails(IllegalStateException.class, "Session is closed",
                () -> session.generate(ids, 1, sampler, null));
        sampler.close();
        sampler.close();
        fails(IllegalStateException.class, "Sampler is closed", sampler::reset);

        try (Model other = open(); Sampler chooser = greedy(other)) {
            Session closed = session(other);
            CountDownLatch running = new CountDownLatch(1), gone = new CountDownLatch(1);
            AtomicReference<Generated> result = new AtomicReference<>();
            Thread worker = new Thread(() -> result.set(closed.generate(ids, 200, chooser, (t, part) -> {
                running.countDown();
                await(gone);
                return true;
            })));
            worker.start();
            running.await();
            closed.close();
            gone.countDown();
            worker.join();
            check(result.get() != null && result.get().cancelled, "closed by another thread");
        }
    }

    static void oneAtATime() throws InterruptedException {
        try (Model model = open(); Session session = session(model); Session second = session(model);
                Sampler sampler = greedy(model)) {
            int[] ids = model.tokenize(prompt);
            AtomicBoolean stayed = new AtomicBoolean();
            session.generate(ids, 2, sampler, (t, part) -> {
                fails(IllegalStateException.class, "in use", session::length);
                fails(IllegalStateException.class, "in use", () -> session.trim(0));
                fails(IllegalStateException.class, "in use",
                        () -> session.generate(ids, 1, sampler, null));
                fails(IllegalStateException.class, "in use",
                        () -> second.generate(ids, 1, sampler, null));
                fails(IllegalStateException.class, "in use", sampler::reset);
                stayed.set(true);
                return true;
            });
            check(stayed.get() && session.length() == ids.length + 1, "refusals change nothing");
            // One model, sessions of two threads.
            String[] texts = new String[2];
            Thread[] threads = new Thread[2];
            for (int i = 0; i < 2; i++) {
                int at = i;
                threads[i] = new Thread(() -> {
                    try (Session own = session(model)) {
                        texts[at] = continued(model, own, 24);
                    }
                });
                threads[i].start();
            }
            for (Thread thread : threads) thread.join();
            check(Arrays.asList(texts).equals(Arrays.asList(expected, expected)), "two threads");
        }
    }

    /** Closed while four threads are inside it: each finishes its call, and is then refused. */
    static void closedWhileUsed() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            Model model = open();
            int size = model.tokenize(prompt).length;
            CountDownLatch running = new CountDownLatch(4);
            AtomicInteger good = new AtomicInteger();
            Thread[] threads = new Thread[4];
            for (int i = 0; i < 4; i++) {
                threads[i] = new Thread(() -> {
                    try {
                        while (model.tokenize(prompt).length == size) running.countDown();
                    } catch (IllegalStateException e) {
                        good.incrementAndGet();
                    }
                });
                threads[i].start();
            }
            running.await();
            model.close();
            for (Thread thread : threads) thread.join();
            check(good.get() == 4, "refused " + good.get() + " of 4 threads");
        }
    }

    /** Calls a function of Native as Java never does. */
    static void call(String name, Object... arguments) throws Throwable {
        for (Method method : Class.forName("org.gosset.Native").getDeclaredMethods()) {
            if (!method.getName().equals(name)) continue;
            method.setAccessible(true);
            try {
                method.invoke(null, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            return;
        }
        throw new NoSuchMethodException(name);
    }

    /** Numbers that are no object's, or one of another kind, and arrays that are null. */
    static void numbers() throws InterruptedException {
        for (long number : new long[] {0, -1, 1L << 40, Long.MIN_VALUE}) {
            fails(IllegalStateException.class, "never opened", () -> call("modelNumbers", number));
            fails(IllegalStateException.class, "never opened", () -> call("sessionLength", number));
            fails(IllegalStateException.class, "never opened", () -> call("resetSampler", number));
        }
        long[] found = {0};
        try (Model model = open()) {
            for (long i = 1; found[0] == 0 && i < 100000; i++) {  // given in order
                try {
                    call("modelNumbers", i);
                    found[0] = i;
                } catch (IllegalStateException e) {
                    continue;
                } catch (Throwable t) {
                    check(false, t.toString());
                }
            }
            long number = found[0];
            check(number > 0 && model.isEnd(0), "the number of a model that is open");
            fails(IllegalStateException.class, "never opened", () -> call("sessionLength", number));
            fails(IllegalArgumentException.class, "null", () -> call("tokenize", number, null, 0));
            fails(IllegalArgumentException.class, "null", () -> call("detokenize", number, null));
            fails(IllegalArgumentException.class, "differ", () -> call("chatTokenize", number,
                    new byte[2][0], new byte[1][0], true));
            fails(IllegalArgumentException.class, "null", () -> call("chatTokenize", number,
                    new byte[1][], new byte[1][], true));
            fails(IllegalArgumentException.class, "null",
                    () -> call("openPath", null, null, false));
        }
    }
}
