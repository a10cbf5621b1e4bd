package org.gosset;

/** Chooses tokens. One call at a time uses it; another meanwhile throws IllegalStateException. */
public final class Sampler extends NativeObject {
    /** @throws GossetException INVALID_ARGUMENT: an option out of its range, named */
    public Sampler(Model model, SamplerOptions o) {
        super(Native.createSampler(model.number(), o.greedy, o.seed, o.temperature, o.topP, o.minP,
                o.repeatPenalty, o.topK, o.repeatLastN));
    }

    /** As created: the seed again, and nothing to be repeated. */
    public void reset() {
        Native.resetSampler(number());
    }

    @Override
    void free(long number) {
        Native.freeSampler(number);
    }
}
