#include "cli/model_options.h"

#include "cli/command_words.h"
#include "core/base/device.h"

namespace adrep::cli {

void ModelOptions::add_to(CLI::App& command) {
  command.add_option("MODEL", model, "model file, from adrep fit or models=keep")->required()->check(not_empty());
  command.add_option("--device", device, "cpu (default), cuda or cuda:INDEX")->check(not_empty());
  command.add_option("--threads", threads, "threads for computing; 0 (default): one a processor")
      ->transform(whole_number(0, 4096));
  command.add_option("--weights", weights, "weights of the backbone, for a model that does not hold them")
      ->check(not_empty());
  command.add_flag("--trust-code", trust_code, "allow a backbone that is code (torchscript:FILE) to be run");
}

PipelineOptions ModelOptions::pipeline_options() const {
  set_threads(threads);
  return {.device = device, .weights = weights, .trust_code = trust_code};
}

}  // namespace adrep::cli
