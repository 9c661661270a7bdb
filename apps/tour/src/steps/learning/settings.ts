/** The size of a step of learning, and the choice of the first weights. */
export const settings = { learningRate: 0.004, learningSeed: 1 };
