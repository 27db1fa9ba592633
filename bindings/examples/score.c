/* Scores an image by a model that `adrep fit` wrote: score_c MODEL IMAGE.ppm */
#include <adrep.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads a PPM file of 8 bits without comments; NULL when it is none. */
static unsigned char* read_ppm(const char* path, int* width, int* height) {
  unsigned char* pixels = NULL;
  size_t bytes;
  int white;
  FILE* file = fopen(path, "rb");
  if (!file) return NULL;
  if (fscanf(file, "P6 %5d %5d %3d", width, height, &white) == 3 && white == 255 && *width > 0 && *height > 0) {
    bytes = (size_t)3 * (size_t)*width * (size_t)*height;
    pixels = malloc(bytes);
    fgetc(file); /* the line ends */
    if (pixels && fread(pixels, 1, bytes, file) != bytes) {
      free(pixels);
      pixels = NULL;
    }
  }
  fclose(file);
  return pixels;
}

static int failed(void) {
  fprintf(stderr, "score_c: %s\n", adrep_last_error());
  return 1;
}

int main(int argc, char** argv) {
  adrep_model* model;
  adrep_prediction* prediction;
  unsigned char* pixels;
  int width, height;
  if (argc != 3) {
    fprintf(stderr, "usage: score_c MODEL IMAGE.ppm\n");
    return 1;
  }
  pixels = read_ppm(argv[2], &width, &height);
  if (!pixels) {
    fprintf(stderr, "score_c: not a PPM file of 8 bits without comments\n");
    return 1;
  }
  if (adrep_model_load(argv[1], "cpu", NULL, 0, 0, &model) != ADREP_OK) return failed();
  if (adrep_model_predict(model, pixels, width, height, 0, ADREP_RGB, 0, 0, 0, 0, &prediction) != ADREP_OK)
    return failed();
  printf("score=%.9g", adrep_prediction_score(prediction));
  if (adrep_prediction_is_defect(prediction) >= 0)
    printf(" p_value=%.9g %s", adrep_prediction_p_value(prediction),
           adrep_prediction_is_defect(prediction) ? "defect" : "good");
  printf(" regions=%d\n", adrep_prediction_regions(prediction));
  adrep_prediction_free(prediction);
  adrep_model_free(model);
  free(pixels);
  return 0;
}
