#include <fmt/format.h>

#include "cli/command.h"
#include "core/backbones/backbone.h"
#include "core/base/registry.h"
#include "core/metrics/protocol.h"
#include "core/representation/projector.h"
#include "datasets/dataset.h"
#include "detectors/detector.h"

namespace adrep::cli {

void add_list_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("list", "detectors, backbones, layouts and metric protocols");
  command->callback([] {
    fmt::print("detectors\n");
    for (const auto& [name, entry] : DetectorRegistry::instance().all())
      fmt::print("  {:<20}{}\n", name, entry.doc_text);
    fmt::print("backbones\n");
    for (const auto& [name, entry] : BackboneRegistry::instance().all()) fmt::print("  {:<20}{}\n", name, entry.doc);
    fmt::print("features\n  {:<20}{}\n  {:<20}{}\n  {:<20}{}\n", "raw", "what the backbone gives", "residual",
               "minus the best-matching normal reference", "pretrained",
               "residuals through the projectors of projector=");
    fmt::print("projector architectures\n");
    for (const auto& [name, entry] : ProjectorRegistry::instance().all()) fmt::print("  {:<20}{}\n", name, entry.doc);
    fmt::print("data set layouts\n");
    for (const auto& [name, entry] : LayoutRegistry::instance().all()) fmt::print("  {:<20}{}\n", name, entry.doc);
    fmt::print("metric protocols\n");
    for (const std::string& name : protocol_names())
      fmt::print("  {:<20}{}\n", name, Registry<Protocol>::instance().get(name, "protocol").doc);
  });
}

}  // namespace adrep::cli
