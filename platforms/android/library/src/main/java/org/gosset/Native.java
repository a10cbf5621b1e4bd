package org.gosset;

/**
 * The functions of libgosset_jni.so. Objects are numbers, text is UTF-8 in a byte[]; every function
 * throws what its callers in this package document. Loading fails, with the name, when a function
 * here and one there differ.
 */
final class Native {
    static {
        System.loadLibrary("gosset_jni");
    }

    /** Called for each token, on the thread that called generate(). False stops. */
    interface Receiver {
        boolean onToken(int token, byte[] text);
    }

    static native byte[] version();
    static native byte[] cpu();

    static native long openPath(byte[] path, byte[] chatTemplate, boolean exact);
    static native long openFd(int fd, long offset, long length, byte[] chatTemplate, boolean exact);
    static native void closeModel(long model);
    static native long[] modelNumbers(long model);
    static native byte[] modelNames(long model);
    static native boolean isEnd(long model, int token);
    static native int[] tokenize(long model, byte[] text, int flags);
    static native byte[] detokenize(long model, int[] ids);
    static native int[] chatTokenize(long model, byte[][] roles, byte[][] contents, boolean answer);

    static native long createSampler(long model, boolean greedy, long seed, float temperature,
            float topP, float minP, float repeatPenalty, int topK, int repeatLastN);
    static native void resetSampler(long sampler);
    static native void freeSampler(long sampler);

    static native long sessionMemory(long model, int context, int batch, int threads);
    static native long createSession(long model, int context, int batch, int threads);
    static native void freeSession(long session);
    static native boolean cancel(long session);
    static native int sessionContext(long session);
    static native int sessionThreads(long session);
    static native int sessionLength(long session);
    static native void trim(long session, int length);
    static native byte[] save(long session);
    static native void restore(long session, byte[] state);
    static native double[] generate(long session, long sampler, int[] prompt, int maxNew,
            Receiver receiver);

    private Native() {}
}
