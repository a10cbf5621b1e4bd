package org.gosset;

/** What a model's file says of it (gosset_model_info). */
public final class ModelInfo {
    public final String architecture, tier;
    public final int vocab, dim, layers, maxContext;
    public final long weights, weightBytes, bytesPerToken, fileBytes, identity;
    public final boolean hasTokenizer, hasChatTemplate;

    ModelInfo(long[] numbers, String names) {
        int i = 0;
        vocab = (int) numbers[i++];
        dim = (int) numbers[i++];
        layers = (int) numbers[i++];
        maxContext = (int) numbers[i++];
        weights = numbers[i++];
        weightBytes = numbers[i++];
        bytesPerToken = numbers[i++];
        fileBytes = numbers[i++];
        identity = numbers[i++];
        hasTokenizer = numbers[i++] != 0;
        hasChatTemplate = numbers[i++] != 0;
        int space = names.lastIndexOf(' ');
        architecture = names.substring(0, space);
        tier = names.substring(space + 1);
    }
}
