/** The chosen block, token and neuron (-1: the last token, the strongest neuron), and the blocks that are silent. */
export const settings = {
  perceptronLayer: 2,
  perceptronToken: -1,
  neuron: 35,
  factStart: 'a fish',
  silent: '345',
  factName: 'Lily',
};
