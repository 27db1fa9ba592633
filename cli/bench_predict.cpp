#include <fmt/format.h>

#include "benchmarks/prediction/input_images.h"
#include "benchmarks/speed/predict_race.h"
#include "benchmarks/speed/predict_race_report.h"
#include "cli/command.h"
#include "cli/command_words.h"

namespace adrep::cli {
namespace {

struct BenchPredictArguments {
  PredictRaceSettings race;
  std::string model, format = "text";
  std::vector<std::string> images, peers;
};

int bench_predict(const BenchPredictArguments& arguments) {
  PredictRaceSettings settings = arguments.race;
  settings.contenders = {own_contender(arguments.model, settings.threads)};
  for (const std::string& peer : arguments.peers) settings.contenders.push_back(peer_contender(peer));
  for (const InputImage& image : usable_images(arguments.images))
    settings.images.push_back(std::filesystem::absolute(image.file).lexically_normal().string());
  const PredictRace race = race_predictions(settings);
  fmt::print("{}", arguments.format == "json" ? predict_race_json(race) : predict_race_text(race));
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

void add_bench_predict(CLI::App& bench, int& exit_code) {
  const auto arguments = std::make_shared<BenchPredictArguments>();
  CLI::App* predict =
      bench.add_subcommand("predict", "time and memory of a model's predictions, in turns with other programs");
  predict->add_option("MODEL", arguments->model, "model file, from adrep fit or models=keep")
      ->required()
      ->check(not_empty());
  predict->add_option("IMAGES", arguments->images, "image files, or folders of them")->required();
  predict
      ->add_option("--peer", arguments->peers,
                   "NAME=COMMAND, another program that answers paths on standard input; may be given again")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  predict->add_option("--empty", arguments->race.empty_program,
                      "a program that does nothing, to measure the cost of starting one (adrep_empty_program)");
  predict->add_option("--repeats", arguments->race.repeats, "how often each image is scored by itself; default 5")
      ->transform(whole_number(1, 1'000'000));
  predict->add_option("--threads", arguments->race.threads, "of each program; default 2")->transform(whole_number(1, 4096));
  predict->add_option("--format", arguments->format, "of what is printed")->check(CLI::IsMember({"text", "json"}));
  predict->footer(
      "a peer answers each line with {\"image\": PATH, \"score\": NUMBER} as soon as it can (tests/timings/peers)\n"
      "example: adrep bench predict part.adrep photos --peer 'other=python other.py model'");
  predict->callback([arguments, &exit_code] { exit_code = bench_predict(*arguments); });
}

}  // namespace adrep::cli
