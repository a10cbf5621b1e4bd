/// The objects behind the numbers that Java holds. A number is looked up in a table and never
/// followed as a pointer: one that was closed, or made up, is an error and no crash, and an object
/// that is closed while another thread is inside it lives until that thread leaves. Relies on
/// gosset.hpp and support.hpp.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "support.hpp"

namespace gosset::jni {

/// What one thread at a time may use.
class Turn {
  public:
    bool begin() { return !taken_.exchange(true); }
    void end() { taken_ = false; }

  private:
    std::atomic<bool> taken_ = false;
};

/// Takes a turn for a scope; raises IllegalStateException if another call has it.
class Taken {
  public:
    Taken(JNIEnv* env, Turn& turn) : turn_(turn.begin() ? &turn : nullptr) {
        if (!turn_) raise_state(env, "in use by another call, which has not returned");
    }
    ~Taken() {
        if (turn_) turn_->end();
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    explicit operator bool() const { return turn_ != nullptr; }

  private:
    Turn* turn_;
};

struct ModelObject {
    api::Model model;
};

struct SamplerObject {
    std::shared_ptr<ModelObject> owner;  // before what was made from it, so destroyed after
    api::Sampler sampler;
    Turn turn;
};

struct SessionObject {
    std::shared_ptr<ModelObject> owner;
    api::Session session;
    Turn turn;

    /// Asked by the library between layers, on any of the session's threads.
    static int asked(void* self) { return static_cast<SessionObject*>(self)->stop_ ? 1 : 0; }
    void begin() {
        const std::lock_guard<std::mutex> lock(mutex_);
        generating_ = true;
        stop_ = false;
    }
    void end() {
        const std::lock_guard<std::mutex> lock(mutex_);
        generating_ = stop_ = false;
    }
    /// From any thread. False: nothing is being generated, and nothing changes.
    bool cancel() {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (generating_) stop_ = true;
        return generating_;
    }

  private:
    std::mutex mutex_;
    bool generating_ = false;
    std::atomic<bool> stop_ = false;
};

/// Of all tables.
inline std::atomic<jlong> last_number = 0;

/// Numbers of objects of one type; no number is ever given twice, not even by another table.
template <class T>
class Table {
  public:
    jlong add(std::shared_ptr<T> object) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const jlong number = ++last_number;
        objects_.emplace(number, std::move(object));
        return number;
    }
    /// Null: there is none, and IllegalStateException is pending.
    std::shared_ptr<T> find(JNIEnv* env, jlong number) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = objects_.find(number);
        if (found != objects_.end()) return found->second;
        raise_state(env, "closed, or never opened");
        return nullptr;
    }
    /// Takes it out; null: there is none. It dies with the last that holds it.
    std::shared_ptr<T> remove(jlong number) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = objects_.find(number);
        if (found == objects_.end()) return nullptr;
        std::shared_ptr<T> object = std::move(found->second);
        objects_.erase(found);
        return object;
    }

  private:
    std::mutex mutex_;
    std::unordered_map<jlong, std::shared_ptr<T>> objects_;
};

/// Never destroyed: at the end of a process other threads may still be at work.
template <class T>
Table<T>& table() {
    static auto* const made = new Table<T>;
    return *made;
}

/// An entry for RegisterNatives; the JDK's header wants char*, not const char*.
template <class F>
JNINativeMethod method(const char* name, const char* signature, F* function) {
    return {const_cast<char*>(name), const_cast<char*>(signature),
            reinterpret_cast<void*>(function)};
}

/// The functions of each file, registered. False: an exception is pending.
bool register_model(JNIEnv* env, jclass native);
bool register_sampler(JNIEnv* env, jclass native);
bool register_session(JNIEnv* env, jclass native);

}  // namespace gosset::jni
