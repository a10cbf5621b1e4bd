package org.gosset.demo;

import android.app.Activity;
import android.content.res.AssetFileDescriptor;
import android.os.Bundle;
import android.os.Debug;
import android.view.View;
import android.view.ViewGroup.LayoutParams;
import android.widget.Button;
import android.widget.EditText;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.TextView;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.gosset.Chat;
import org.gosset.Generated;
import org.gosset.GossetException;
import org.gosset.Model;
import org.gosset.ModelOptions;
import org.gosset.Sampler;
import org.gosset.SamplerOptions;
import org.gosset.Session;
import org.gosset.SessionOptions;
import org.gosset.TokenCallback;

/**
 * A field for a prompt, a button that becomes Stop, and what the model says to it, with tokens per
 * second and memory. A model with a chat template is talked to, another continues the text. All of
 * Gosset runs on one thread of its own; only cancel() comes from the main thread.
 */
public final class MainActivity extends Activity {
    private static final String ASSET = "gosset-tales-29m.gosset";
    private static final int TOKENS = 256;

    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private EditText input;
    private TextView output, status;
    private Button button;
    private boolean running;  // of the main thread

    private Model model;  // these of the worker, which makes and closes them
    private Sampler sampler;
    private Chat chat;
    private volatile Session session;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        input = new EditText(this);
        input.setText("The ship lay at anchor in the");
        button = new Button(this);
        button.setText("Open");
        button.setEnabled(false);
        button.setOnClickListener(this::onButton);
        status = new TextView(this);
        output = new TextView(this);
        output.setTextIsSelectable(true);
        ScrollView scroll = new ScrollView(this);
        scroll.addView(output);
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setFitsSystemWindows(true);
        column.addView(input);
        column.addView(button);
        column.addView(status);
        column.addView(scroll, new LinearLayout.LayoutParams(LayoutParams.MATCH_PARENT, 0, 1));
        setContentView(column);
        worker.execute(this::open);
    }

    private void open() {
        try (AssetFileDescriptor asset = getAssets().openFd(ASSET)) {
            model = Model.open(asset.getParcelFileDescriptor().getFd(), asset.getStartOffset(),
                    asset.getLength(), new ModelOptions());
            SessionOptions options = new SessionOptions();
            options.context = Math.min(model.info().maxContext, 2048);
            session = new Session(model, options);
            sampler = new Sampler(model, new SamplerOptions());
            if (model.info().hasChatTemplate) chat = new Chat(model, session, sampler);
            show(model.info().architecture + ", " + session.threads() + " threads, tier "
                    + model.info().tier);
            runOnUiThread(this::stopped);
        } catch (IOException | GossetException e) {
            show(e.toString());
        }
    }

    private void onButton(View view) {
        if (running) {
            session.cancel();
            return;
        }
        running = true;
        button.setText("Stop");
        output.setText("");
        String text = input.getText().toString();
        worker.execute(() -> answer(text));
    }

    private void stopped() {
        running = false;
        button.setText("Go");
        button.setEnabled(true);
    }

    private void answer(String text) {
        TokenCallback callback = (token, part) -> {
            runOnUiThread(() -> output.append(part));
            return true;
        };
        try {
            Generated done;
            if (chat != null) {
                done = chat.ask(text, TOKENS, callback);
            } else {
                session.trim(0);
                done = session.generate(model.tokenize(text), TOKENS, sampler, callback);
            }
            show(String.format(Locale.ROOT, "%d + %d tokens, %.1f tokens/s, %d MB%s",
                    done.promptTokens, done.newTokens, done.tokensPerSecond(), Debug.getPss() / 1000,
                    done.cancelled ? ", stopped" : ""));
        } catch (GossetException | IllegalStateException e) {
            show(e.getMessage());
        }
        runOnUiThread(this::stopped);
    }

    private void show(String line) {
        runOnUiThread(() -> status.setText(line));
    }

    @Override
    protected void onDestroy() {
        Session running = session;
        if (running != null) running.close();  // ends a generation too
        worker.execute(() -> {
            if (session != null) session.close();
            if (sampler != null) sampler.close();
            if (model != null) model.close();
        });
        worker.shutdown();
        super.onDestroy();
    }
}
