/** How many turns the event loop of Node has while `work` goes on: each is a chance for timers, requests and input. */
export const turnsOf = async (work: () => Promise<unknown>): Promise<number> => {
  let [turns, isOver] = [0, false];
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
};
