package org.gosset;

/** Hears a generation while it runs, on the thread that called generate(). */
public interface TokenCallback {
    /**
     * @param text the characters that this token completed: maybe none, never half of one
     * @return whether to go on. An exception stops too, and comes out of generate().
     */
    boolean onToken(int token, String text);
}
