package org.gosset;

import java.nio.charset.StandardCharsets;

/** The library itself. */
public final class Gosset {
    /** "0.1.0" */
    public static String version() {
        return new String(Native.version(), StandardCharsets.UTF_8);
    }

    /** This processor: its name, its features and the tier of kernels in use. */
    public static String cpu() {
        return new String(Native.cpu(), StandardCharsets.UTF_8);
    }

    private Gosset() {}
}
