package org.gosset;

/** How tokens are chosen. A field left at NaN or -1 means the library's default, said beside it. */
public final class SamplerOptions {
    /** Always the likeliest; the rest then means nothing. */
    public boolean greedy;
    public long seed;
    /** 0.8; 0 is greedy. */
    public float temperature = Float.NaN;
    /** 0.95; 1: off. */
    public float topP = Float.NaN;
    /** 0.05; 0: off. */
    public float minP = Float.NaN;
    /** 1: off. */
    public float repeatPenalty = Float.NaN;
    /** 40; 0: off. */
    public int topK = -1;
    /** 64 */
    public int repeatLastN = -1;
}
