// The dependency direction of docs/architecture.md, as rules: each room lists what it may import.
const rooms = {
  model: [],
  xenstore: [],
  runtime: ['model'],
  xenstored: ['xenstore'],
  hypervisor: ['model'],
  config: ['model'],
  operations: ['model'],
  history: ['model'],
  client: ['model', 'runtime', 'hypervisor'],
  render: ['model'],
  // layout: what a path means is asked of its description, not of a daemon (explain).
  cli: ['client', 'render', 'runtime', 'model', 'xenstore', 'layout'],
  machine: ['model', 'runtime', 'xenstore', 'xenstored', 'hypervisor'],
  layout: ['model', 'xenstore', 'config'],
  devices: ['model', 'xenstore', 'config', 'layout'],
  audit: ['model', 'xenstore', 'layout'],
  domain: ['model', 'xenstore', 'config', 'layout', 'devices', 'hypervisor', 'operations'],
  migration: [
    'model',
    'xenstore',
    'config',
    'layout',
    'devices',
    'hypervisor',
    'operations',
    'domain',
  ],
  preview: ['model', 'xenstore', 'devices', 'hypervisor', 'operations', 'domain'],
};
const names = (list) => (list.length > 0 ? list.join('|') : '-');

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room}-imports-only-${allowed.join('-') || 'itself'}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^(src|commands)/', pathNot: `^src/(${names([room, ...allowed])})/` },
    })),
    {
      name: 'model-is-pure',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'commands-are-thin',
      severity: 'error',
      from: { path: '^commands/' },
      to: { path: '^src/', pathNot: '^src/(cli|client|render|runtime|model|xenstore)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      // Types that know each other are no cycle at run time.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node'],
    },
  },
};
