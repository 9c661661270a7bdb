// Written in old syntax, so that old versions of Node can report the required version.
if (parseInt(process.versions.node, 10) < 20) {
  console.error(
    // biome-ignore lint/style/useTemplate: an old Node cannot read one
    'Residual needs Node 20 or newer, and this is Node ' + process.versions.node + '; see https://nodejs.org',
  );
  process.exit(1);
}
