package org.gosset;

/** The size of a session; 0 leaves a choice to the library (gosset_session_options). */
public final class SessionOptions {
    /** Positions: prompt and answer together. */
    public int context;
    /** Most tokens computed at once. */
    public int batch;
    /** 0 is measured, once a model, in at most half a second. */
    public int threads;
}
