package org.gosset;

import java.util.Objects;

/**
 * A KV cache of one sequence, and threads. One call at a time uses it, another meanwhile (also one
 * out of a callback) throws IllegalStateException; but for cancel() and close(), which any thread
 * may call at any time.
 */
public final class Session extends NativeObject {
    /** @throws GossetException OUT_OF_MEMORY (memory or threads) */
    public Session(Model model, SessionOptions o) {
        super(Native.createSession(model.number(), o.context, o.batch, o.threads));
    }

    /** Bytes that a session takes, to be asked before one is made. */
    public static long memory(Model model, SessionOptions o) {
        return Native.sessionMemory(model.number(), o.context, o.batch, o.threads);
    }

    /**
     * Feeds the prompt after what the session holds and chooses up to maxNew tokens, on the calling
     * thread: not Android's main thread.
     *
     * @param callback may be null
     * @throws GossetException LIMIT: the context is full; what was generated stays
     */
    public Generated generate(int[] prompt, int maxNew, Sampler sampler, TokenCallback callback) {
        Objects.requireNonNull(prompt, "prompt");
        Native.Receiver receiver = callback == null
                ? null : (token, text) -> callback.onToken(token, Model.text(text));
        return new Generated(
                Native.generate(number(), sampler.number(), prompt, maxNew, receiver));
    }

    /**
     * Stops the generation that runs, within a layer's time; it returns what it has, `cancelled`.
     *
     * @return false: none runs, nothing to stop. A later one is not touched.
     */
    public boolean cancel() {
        return Native.cancel(number());
    }

    public int context() {
        return Native.sessionContext(number());
    }

    public int threads() {
        return Native.sessionThreads(number());
    }

    /** Positions that it holds. */
    public int length() {
        return Native.sessionLength(number());
    }

    /** Keeps the first of them; 0 to begin anew. */
    public void trim(int length) {
        Native.trim(number(), length);
    }

    /** What it holds, as bytes, for when the app is killed: restore() saves computing it again. */
    public byte[] save() {
        return Native.save(number());
    }

    /** @throws GossetException CORRUPT, INVALID_ARGUMENT (another model), LIMIT; nothing changed */
    public void restore(byte[] state) {
        Native.restore(number(), Objects.requireNonNull(state, "state"));
    }

    @Override
    void free(long number) {
        Native.freeSession(number);
    }
}
