package org.gosset;

import java.nio.charset.StandardCharsets;

/** The library refused or failed; the message is its own, a whole sentence. */
public final class GossetException extends RuntimeException {
    /** gosset_status of gosset.h. */
    public static final int INVALID_ARGUMENT = 10, NOT_FOUND = 20, IO = 30, CORRUPT = 40,
            UNSUPPORTED = 50, OUT_OF_MEMORY = 60, LIMIT = 70, ABORTED = 80, INTERNAL = 90;

    private static final long serialVersionUID = 1;
    private final int status;

    /** Called from native code. */
    GossetException(int status, byte[] message) {
        super(new String(message, StandardCharsets.UTF_8));
        this.status = status;
    }

    public int status() {
        return status;
    }
}
