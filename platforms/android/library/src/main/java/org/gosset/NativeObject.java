package org.gosset;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Owns the number of an object in native memory. close() may be called from any thread, at any time,
 * any number of times: a call that is inside the object then finishes first. Every other method of
 * a closed object throws IllegalStateException. Close what you open: nothing is freed by the
 * garbage collector.
 */
abstract class NativeObject implements AutoCloseable {
    private final AtomicLong number;

    NativeObject(long number) {
        this.number = new AtomicLong(number);
    }

    final long number() {
        long n = number.get();
        if (n == 0) throw new IllegalStateException(getClass().getSimpleName() + " is closed");
        return n;
    }

    @Override
    public final void close() {
        long n = number.getAndSet(0);
        if (n != 0) free(n);
    }

    abstract void free(long number);
}
