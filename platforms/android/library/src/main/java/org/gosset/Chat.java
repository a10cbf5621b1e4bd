package org.gosset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A conversation in a session of its own. Every turn renders all of it by the model's template; what
 * the session holds of that already is not computed again. One thread at a time, as Session.
 */
public final class Chat {
    private final Model model;
    private final Session session;
    private final Sampler sampler;
    private final List<Message> turns = new ArrayList<>();
    private int[] held = {};  // the token at each position of the session

    /** The three stay the caller's to close. */
    public Chat(Model model, Session session, Sampler sampler) {
        this.model = model;
        this.session = session;
        this.sampler = sampler;
    }

    public List<Message> turns() {
        return Collections.unmodifiableList(turns);
    }

    /** What the model shall be; before the first question. */
    public void system(String content) {
        turns.add(new Message("system", content));
    }

    /** Question and answer become turns, also when the answer was cut short; not when this throws. */
    public Generated ask(String question, int maxNew, TokenCallback callback) {
        int before = turns.size();
        turns.add(new Message("user", question));
        try {
            StringBuilder answer = new StringBuilder();
            Generated result = answer(maxNew, (token, text) -> {
                answer.append(text);
                return callback == null || callback.onToken(token, text);
            });
            turns.add(new Message("assistant", answer.toString().replace("\0", "")));
            return result;
        } catch (RuntimeException | Error e) {
            turns.subList(before, turns.size()).clear();
            throw e;
        }
    }

    private Generated answer(int maxNew, TokenCallback callback) {
        int[] ids = model.chat(turns, true);
        int same = 0;
        // At least one token is fed: it gives the logits.
        while (same + 1 < ids.length && same < held.length && ids[same] == held[same]) same++;
        session.trim(same);
        held = Arrays.copyOf(ids, same);
        List<Integer> fresh = new ArrayList<>();
        try {
            return session.generate(Arrays.copyOfRange(ids, same, ids.length), maxNew, sampler,
                    (token, text) -> {
                        fresh.add(token);
                        return callback.onToken(token, text);
                    });
        } finally {
            remember(ids, fresh);
        }
    }

    // The last token was reported, but need not have been fed; a stop may have left a part.
    private void remember(int[] ids, List<Integer> fresh) {
        int[] all = Arrays.copyOf(ids, ids.length + fresh.size());
        for (int i = 0; i < fresh.size(); i++) all[ids.length + i] = fresh.get(i);
        try {
            held = Arrays.copyOf(all, Math.min(all.length, session.length()));
        } catch (IllegalStateException closed) {
            held = new int[0];
        }
    }
}
