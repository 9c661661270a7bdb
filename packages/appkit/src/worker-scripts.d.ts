declare module '*?worker&url' {
  /** Where the build puts the script of a worker. */
  const address: string;
  export default address;
}
