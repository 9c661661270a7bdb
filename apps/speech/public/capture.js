registerProcessor('residual-capture', class extends AudioWorkletProcessor {
  part = new Float32Array(2048);
  length = 0;
  process([channels]) {
    const frames = channels.length > 0 ? channels[0].length : 0;
    for (let i = 0; i < frames; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      this.part[this.length++] = sum / channels.length;
      if (this.length < this.part.length) continue;
      this.port.postMessage(this.part, [this.part.buffer]);
      this.part = new Float32Array(2048);
      this.length = 0;
    }
    return true;
  }
});
