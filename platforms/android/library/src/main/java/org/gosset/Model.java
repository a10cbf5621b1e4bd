package org.gosset;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A model file: weights, which are mapped and not copied, tokenizer and chat template. Any number of
 * threads may use one. It may be closed before what was made from it; its memory goes with the last
 * of them.
 */
public final class Model extends NativeObject {
    private static final int ADD_SPECIAL = 1, PARSE_SPECIAL = 2;

    private Model(long number) {
        super(number);
    }

    /** @throws GossetException NOT_FOUND, IO, CORRUPT, UNSUPPORTED */
    public static Model open(String path) {
        return open(path, new ModelOptions());
    }

    public static Model open(String path, ModelOptions options) {
        return new Model(Native.openPath(utf8(path), template(options), options.exact));
    }

    /**
     * A part of an open file, such as an asset that is stored uncompressed in an APK:
     * <pre>
     * try (AssetFileDescriptor a = assets.openFd("m.gosset")) {
     *     model = Model.open(a.getParcelFileDescriptor().getFd(), a.getStartOffset(),
     *             a.getLength(), new ModelOptions());
     * }
     * </pre>
     * The descriptor may be closed afterwards. At an offset that is no multiple of 64 the part is
     * copied into memory instead of mapped.
     *
     * @throws GossetException IO, CORRUPT, UNSUPPORTED
     */
    public static Model open(int fd, long offset, long length, ModelOptions options) {
        return new Model(Native.openFd(fd, offset, length, template(options), options.exact));
    }

    public ModelInfo info() {
        long number = number();
        return new ModelInfo(Native.modelNumbers(number), text(Native.modelNames(number)));
    }

    /** Whether the token ends generation. */
    public boolean isEnd(int token) {
        return Native.isEnd(number(), token);
    }

    /** Text to ids; control tokens spelled in it stay text. BOS is added if the model wants it. */
    public int[] tokenize(String text) {
        return tokenize(text, true, false);
    }

    public int[] tokenize(String text, boolean addSpecial, boolean parseSpecial) {
        int flags = (addSpecial ? ADD_SPECIAL : 0) | (parseSpecial ? PARSE_SPECIAL : 0);
        return Native.tokenize(number(), utf8(text), flags);
    }

    public String detokenize(int[] ids) {
        return text(Native.detokenize(number(), Objects.requireNonNull(ids, "ids")));
    }

    /**
     * A conversation as ids, by the model's chat template.
     *
     * @param answer end with the opening of the assistant's turn
     * @throws GossetException UNSUPPORTED (no template); INVALID_ARGUMENT when the template refuses
     */
    public int[] chat(List<Message> messages, boolean answer) {
        byte[][] roles = new byte[messages.size()][], contents = new byte[messages.size()][];
        for (int i = 0; i < roles.length; i++) {
            roles[i] = utf8(messages.get(i).role);
            contents[i] = utf8(messages.get(i).content);
        }
        return Native.chatTokenize(number(), roles, contents, answer);
    }

    @Override
    void free(long number) {
        Native.closeModel(number);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static byte[] template(ModelOptions options) {
        return options.chatTemplate == null ? null : utf8(options.chatTemplate);
    }
}
