// Written in the syntax of old Nodes, which shall read it and say what is missing.
if (parseInt(process.versions.node, 10) < 20) {
  console.error(
    // biome-ignore lint/style/useTemplate: an old Node cannot read one
    'Residual needs Node 20 or newer, and this is Node ' + process.versions.node + '; see https://nodejs.org',
  );
  process.exit(1);
}
