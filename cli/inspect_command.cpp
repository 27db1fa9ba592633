#include <fmt/format.h>
#include <sys/resource.h>

#include "benchmarks/speed/backbone_speed.h"
#include "benchmarks/speed/projector_costs.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/settings.h"
#include "core/backbones/known_weights.h"
#include "core/base/device.h"

namespace adrep::cli {
namespace {

struct InspectArguments {
  std::string backbone, weights, device = "cpu", precision = "fp32";
  std::vector<std::string> words;
  int64_t size = 224, batch = 8, threads = 0;
  bool table7 = false;
};

/// The settings among the words. Throws InputError for words that have no effect on the backbone.
VitSettings vit_settings(const std::vector<std::string>& words, const std::string& backbone) {
  VitSettings settings;
  apply_settings(words, settings);
  for (const std::string& word : words) {
    const bool any = word.starts_with("weights.activation=");
    if (any ? !is_vision_transformer(backbone) : backbone != "vit")
      throw_input("command line: {} has no effect on {}: only on {}", word, backbone,
                  any ? "vision transformers" : "the backbone vit");
  }
  return settings;
}

std::string numbers_text(const std::array<double, 3>& numbers) {
  return fmt::format("{:.4g} {:.4g} {:.4g}", numbers[0], numbers[1], numbers[2]);
}

/// Which file it is, what is computed with it, and what its images are normalised with.
void print_weights(const BackboneEntry& entry, const BackboneInfo& info) {
  const bool code = !entry.own_file.empty(), own = code || entry.weights_name.empty();
  const bool published = known_weights(info.weights_sha256).has_value();
  if (own || published || !has_known_weights(entry))
    fmt::print("{}: {}\n", entry.name, entry.doc);
  else
    fmt::print("{}: another file with the keys of {}\n", entry.name, entry.doc);
  fmt::print("weights     {}\n", info.weights_file.string());
  fmt::print("sha256      {}{}\n", info.weights_sha256,
             own && !published ? "" : fmt::format(" ({})", origin_of(entry, info.weights_sha256)));
  fmt::print("normalised  mean {}, std {}{}\n", numbers_text(info.mean), numbers_text(info.std),
             info.normalisation_from.empty() ? "" : fmt::format(" ({})", info.normalisation_from));
  const ActivationChoice& activation = info.activation;
  if (!activation.name.empty())
    fmt::print("activation  {} ({})\n", activation.name, activation.guess ? guess_advice(activation) : activation.why);
}

double peak_gigabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e9;
}

void inspect(const InspectArguments& arguments) {
  if (arguments.table7) {
    fmt::print("{}", projector_costs_text(projector_costs()));
    return;
  }
  if (arguments.backbone.empty()) throw_input("command line: name a backbone (see adrep list), or --table7");
  const BackboneEntry entry = find_backbone(arguments.backbone);
  const VitSettings vit = vit_settings(arguments.words, entry.name);
  const int threads = set_threads(arguments.threads);
  const at::Device device = open_device(arguments.device);
  const auto backbone =
      entry.load(find_weights(entry, arguments.weights),
                 {.device = device, .precision = resolve_precision(arguments.precision, device), .vit = vit});
  const BackboneInfo& info = backbone->info();
  const auto shapes = backbone->shapes(arguments.size, arguments.size);
  print_weights(entry, info);
  fmt::print("parameters  {:.2f} M\n", static_cast<double>(info.parameters) / 1e6);
  const double flops = backbone->flops(arguments.size, arguments.size);
  fmt::print("FLOPs       {}\n", flops > 0 ? fmt::format("{:.2f} G an image of {}x{} (a multiply-add counts as 2)",
                                                         flops / 1e9, arguments.size, arguments.size)
                                           : "not known of a script");
  int64_t floats = 0;
  for (size_t l = 0; l < shapes.size(); ++l) {
    fmt::print("level {}     {} channels, {}x{}\n", l + 1, shapes[l].channels, shapes[l].height, shapes[l].width);
    floats += shapes[l].channels * shapes[l].positions();
  }
  fmt::print("features    {:.2f} MB an image\n", static_cast<double>(floats) * 4 / 1e6);
  const at::Tensor images = at::zeros({arguments.batch, 3, arguments.size, arguments.size}, at::TensorOptions(device));
  fmt::print("speed       {:.1f} images/s on {} in {} with {} threads, batch {}\n",
             images_per_second(*backbone, images), arguments.device, precision_name(info.precision), threads,
             arguments.batch);
  fmt::print("memory      {:.2f} GB at most so far, weights and libraries included\n", peak_gigabytes());
}

}  // namespace

void add_inspect_command(CLI::App& program) {
  const auto arguments = std::make_shared<InspectArguments>();
  CLI::App* command = program.add_subcommand("inspect", "levels, parameters, FLOPs and speed of a backbone");
  takes_names(command->add_option("backbone", arguments->backbone, "name of the backbone (see adrep list)"),
              [] { return BackboneRegistry::instance().names(); });
  command->add_option("settings", arguments->words, "of vision transformers: key=value settings")
      ->option_text("[key=value ...]");
  command->add_option("--weights", arguments->weights, "weights file, default: the official one");
  command->add_option("--device", arguments->device, "cpu, cuda or cuda:INDEX");
  command->add_option("--precision", arguments->precision, "fp32, bf16, fp16 or auto: the fastest on the device")
      ->check(CLI::IsMember(precision_names()));
  command->add_option("--size", arguments->size, "side of the images")->transform(whole_number(32, 4096));
  command->add_option("--batch", arguments->batch, "images a forward pass")->transform(whole_number(1, 1024));
  command->add_option("--threads", arguments->threads, "threads, 0: one a core")->transform(whole_number(0, 1024));
  command->add_flag("--table7", arguments->table7, "cost of the feature projectors beside the paper's Table 7");
  takes_keys(*command,
             "examples:\n  adrep inspect efficientnet_lite0\n  adrep inspect vit --weights my-vit.pth vit.heads=6\n"
             "  adrep inspect clip_base --weights open_clip_model.safetensors weights.activation=gelu",
             [] { return std::vector<KeySection>{{&params_of<VitSettings>()}}; });
  command->callback([arguments] { inspect(*arguments); });
}

}  // namespace adrep::cli
