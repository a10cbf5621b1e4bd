package org.gosset;

import java.util.Objects;

/** One turn of a conversation. The role ("system", "user", "assistant") is the program's word. */
public final class Message {
    public final String role, content;

    public Message(String role, String content) {
        this.role = Objects.requireNonNull(role, "role");
        this.content = Objects.requireNonNull(content, "content");
    }
}
