// Reads sentences from standard input, one a line, and speaks each by flite's voice slt. Appends 16-bit samples to
// OUT/samples.s16 and the voice's own pitch, one float32 in Hz for each 5 ms, 0 where it is not voiced, to
// OUT/pitch.f32, and prints a line of JSON for each sentence: text, rate, samples, pitches, and its phones as
// [name, seconds of its end, stress, punctuation before a pause].
#include <flite/flite.h>
#include <stdio.h>
#include <string.h>

cst_voice *register_cmu_us_slt(const char *);

static FILE *opened(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return fopen(path, "wb");
}

// The punctuation after the word of a segment; "" without one.
static const char *punctuationAfter(cst_item *syllable) {
  cst_item *word = item_parent(item_parent(syllable));
  cst_item *token = word ? item_parent(item_as(word, "Token")) : 0;
  const char *text = token && item_feat_present(token, "punc") ? item_feat_string(token, "punc") : "";
  return text[0] == '"' ? (text[1] == '"' ? "" : text + 1) : text;
}

static void printPhones(cst_utterance *spoken) {
  const char *punctuation = "";
  int count = 0;
  for (cst_item *s = relation_head(utt_relation(spoken, "Segment")); s; s = item_next(s)) {
    const char *stress = ffeature_string(s, "R:SylStructure.parent.stress");
    cst_item *syllable = item_as(s, "SylStructure");
    if (syllable) punctuation = punctuationAfter(syllable);
    printf("%s[\"%s\",%.4f,%d,\"%s\"]", count++ ? "," : "", item_feat_string(s, "name"), item_feat_float(s, "end"),
           stress[0] == '1', syllable ? "" : punctuation);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  flite_init();
  cst_voice *voice = register_cmu_us_slt(NULL);
  FILE *samples = opened(argv[1], "samples.s16"), *pitch = opened(argv[1], "pitch.f32");
  if (!samples || !pitch) return 1;
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\r\n")] = 0;
    cst_utterance *spoken = flite_synth_text(line, voice);
    cst_wave *wave = utt_wave(spoken);
    fwrite(wave->samples, 2, wave->num_samples, samples);
    cst_track *track = val_track(utt_feat_val(spoken, "param_track"));
    for (int i = 0; i < track->num_frames; i++) fwrite(&track->frames[i][0], 4, 1, pitch);
    printf("{\"text\":\"%s\",\"rate\":%d,\"samples\":%d,\"pitches\":%d,\"phones\":[", line, wave->sample_rate,
           wave->num_samples, track->num_frames);
    printPhones(spoken);
    printf("]}\n");
    delete_utterance(spoken);
  }
  return fclose(samples) || fclose(pitch);
}
