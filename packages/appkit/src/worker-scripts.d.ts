declare module '*?worker&url' {
  /** The address of the built script of a worker. */
  const address: string;
  export default address;
}
