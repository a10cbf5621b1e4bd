package org.gosset;

/** How a model is opened; fields start as the library's defaults. */
public final class ModelOptions {
    /** Jinja text instead of the file's own; null: the file's. */
    public String chatTemplate;
    /** The same bits on every machine, always (gosset_model_options.exact). */
    public boolean exact;
}
