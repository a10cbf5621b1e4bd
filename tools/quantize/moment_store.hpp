/// The sums of a calibration pass on the disk, so that an interrupted pass goes on at the window
/// where it stopped: "OUT.partial.moments". It names what it holds (model, text, inputs) by hashes
/// and is used only where they agree. Not being able to write it is no error: the pass goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace gosset::quantize {

using Moments = std::vector<std::vector<float>>;  ///< [input][width][width], upper triangles

class MomentStore {
  public:
    /// run: a hash of the model and of the windows. Saves are due `seconds` apart, and so far that
    /// they take no more than a twentieth of the time.
    MomentStore(std::string path, uint64_t run, double seconds);

    /// Fills `moments` (sized, zero) from the file if that is whole, of the same run and has every
    /// input (`keys`: a hash of each); else leaves them zero. Returns the windows that are summed.
    size_t load(const std::vector<uint64_t>& keys, Moments& moments) const;
    bool due() const;
    bool saved() const { return saves_ > 0; }
    /// Replaces the file atomically. False: it could not be written.
    bool save(const std::vector<uint64_t>& keys, const Moments& moments, size_t windows);

  private:
    using Clock = std::chrono::steady_clock;
    std::string path_;
    uint64_t run_;
    std::chrono::duration<double> seconds_;
    Clock::time_point saved_ = Clock::now();
    int saves_ = 0;
};

std::string moments_path(const std::string& out);

}  // namespace gosset::quantize
