package org.gosset;

/** How a generation went (gosset_generated). */
public final class Generated {
    public final int promptTokens, newTokens;
    /** The model ended it / cancel() or close() of the session did. */
    public final boolean ended, cancelled;
    public final double promptSeconds, decodeSeconds;

    Generated(double[] numbers) {
        int i = 0;
        promptTokens = (int) numbers[i++];
        newTokens = (int) numbers[i++];
        ended = numbers[i++] != 0;
        cancelled = numbers[i++] != 0;
        promptSeconds = numbers[i++];
        decodeSeconds = numbers[i++];
    }

    /** Of decoding, which begins after the prompt and its first token. */
    public double tokensPerSecond() {
        return decodeSeconds > 0 ? (newTokens - 1) / decodeSeconds : 0;
    }
}
