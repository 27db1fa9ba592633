#include <fmt/format.h>

#include <chrono>

#include "cli/command.h"
#include "core/backbones/backbone.h"
#include "core/base/device.h"

namespace adrep::cli {
namespace {

struct Arguments {
  std::string backbone, weights, device = "cpu", precision = "fp32";
  int64_t size = 224, batch = 8, threads = 0;
};

/// Images a second: the best of some rounds of about half a second in all.
double measured_rate(const Backbone& backbone, const at::Tensor& images) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  const auto begin = Clock::now();
  for (int round = 0; round < 20 && std::chrono::duration<double>(Clock::now() - begin).count() < 1.5; ++round) {
    const auto start = Clock::now();
    const Levels levels = backbone.forward(images);
    levels.maps.back().sum().item<float>();  // waits for a device
    best = std::max(best,
                    static_cast<double>(images.size(0)) / std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

void inspect(const Arguments& arguments) {
  const BackboneEntry entry = find_backbone(arguments.backbone);
  const int threads = set_threads(arguments.threads);
  const at::Device device = open_device(arguments.device);
  const auto backbone = entry.load(find_weights(entry, arguments.weights),
                                   {.device = device, .precision = resolve_precision(arguments.precision, device)});
  const BackboneInfo& info = backbone->info();
  const auto shapes = backbone->shapes(arguments.size, arguments.size);
  fmt::print("{}: {}\nweights     {}\nsha256      {}{}\n", entry.name, entry.doc, info.weights_file.string(),
             info.weights_sha256, info.weights_sha256 == entry.weights_sha256 ? " (the official file)" : "");
  fmt::print("parameters  {:.2f} M\nFLOPs       {:.2f} G an image of {}x{} (a multiply-add counts as 2)\n",
             static_cast<double>(info.parameters) / 1e6, backbone->flops(arguments.size, arguments.size) / 1e9,
             arguments.size, arguments.size);
  int64_t floats = 0;
  for (size_t l = 0; l < shapes.size(); ++l) {
    fmt::print("level {}     {} channels, {}x{}\n", l + 1, shapes[l].channels, shapes[l].height, shapes[l].width);
    floats += shapes[l].channels * shapes[l].positions();
  }
  fmt::print("features    {:.2f} MB an image\n", static_cast<double>(floats) * 4 / 1e6);
  const at::Tensor images = at::zeros({arguments.batch, 3, arguments.size, arguments.size}, at::TensorOptions(device));
  backbone->forward(images);
  fmt::print("speed       {:.1f} images/s on {} in {} with {} threads, batch {}\n", measured_rate(*backbone, images),
             arguments.device, precision_name(info.precision), threads, arguments.batch);
}

}  // namespace

void add_inspect_command(CLI::App& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("inspect", "levels, parameters, FLOPs and speed of a backbone");
  command->add_option("backbone", arguments->backbone, "name of the backbone (see adrep list)")->required();
  command->add_option("--weights", arguments->weights, "weights file, default: the official one");
  command->add_option("--device", arguments->device, "cpu, cuda or cuda:INDEX");
  command->add_option("--precision", arguments->precision, "fp32, bf16, fp16 or auto: the fastest on the device")
      ->check(CLI::IsMember(precision_names()));
  command->add_option("--size", arguments->size, "side of the images")->check(CLI::Range(32, 4096));
  command->add_option("--batch", arguments->batch, "images a forward pass")->check(CLI::Range(1, 1024));
  command->add_option("--threads", arguments->threads, "threads, 0: one a core")->check(CLI::Range(0, 1024));
  command->footer("example: adrep inspect efficientnet_lite0");
  command->callback([arguments] { inspect(*arguments); });
}

}  // namespace adrep::cli
