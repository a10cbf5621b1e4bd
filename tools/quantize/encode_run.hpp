/// Encodes tensors on all threads and writes them, each chunk as it comes, then what is known of a
/// tensor when its last chunk is done. Relies on the tensor encoders, the writer and the schedule.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "format/writer.hpp"
#include "tools/quantize/checkpoint.hpp"
#include "tools/quantize/pipeline.hpp"
#include "tools/quantize/tensor_encoder.hpp"
#include "tools/quantize/work_list.hpp"

namespace gosset::quantize {

class EncodeRun {
  public:
    /// checkpoint: may be null. What it has taken over is complete. All must outlive the run.
    EncodeRun(std::vector<TensorEncoder> encoders, ModelWriter& writer, Checkpoint* checkpoint,
              const Options& options);

    /// Those of `tensors` that are not complete.
    std::vector<size_t> missing(const std::vector<size_t>& tensors) const;
    /// Encodes and writes these tensors (ascending).
    Status run(const std::vector<size_t>& tensors);
    /// When all are written: tables and errors into the file's description.
    Status describe();

    std::vector<TensorEncoder>& encoders() { return encoders_; }
    /// |W - What|^2 / |W|^2 of a tensor that is complete.
    double rel_mse(size_t tensor) const;

  private:
    struct State {
        std::vector<SquaredError> sums;  ///< [chunk]
        std::atomic<size_t> chunks{0};   ///< to be written
        bool complete = false;
        FinishedTensor finished;
    };
    Status work(const Task& task, Gate& fitted, EncodeScratch& scratch);
    Status write(const Task& task, const EncodeScratch& scratch);
    Status complete(size_t tensor);
    Status report(const Task& task);

    std::vector<TensorEncoder> encoders_;
    std::vector<State> states_;  ///< [tensor]
    ModelWriter& writer_;
    Checkpoint* checkpoint_;
    const Options& options_;
    std::mutex progress_mutex_;
    uint64_t done_ = 0, total_ = 0;
};

}  // namespace gosset::quantize
