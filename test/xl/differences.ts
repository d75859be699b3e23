import type { GoldenCase } from './golden.js';

/** Where we mean to differ from xl 4.17, and why. Each has to be seen, else it is out of date. */
export interface Difference {
  /** Matched against the words of the command line after `xl`. */
  readonly line: RegExp;
  readonly why: string;
  /** Our exit code; as xl's when absent. */
  readonly exit?: number;
  /** Whether what is printed differs too, and is then not compared. */
  readonly words?: true;
}

/** Commands of xl of which there are captures, and that there are none of here yet. */
export const PENDING: readonly string[] = ['save', 'restore'];

export const DIFFERENCES: readonly Difference[] = [
  {
    line: /^(?!list|dom|vcpu-list pv1)[\w-]+ (?:-d )?99\b/,
    why: 'xl believes every number of a domain, goes on and fails later, or says that all is well',
    exit: 1,
    words: true,
  },
  { line: /^vcpu-list pv1 99$/, why: 'as above, for one of several domains', exit: 1, words: true },
  {
    line: /^list pv1 pv2$|(?: extra| pv2 nosuch extra|sysrq pv1 h x|rename pv1 x y|mem-set pv1 128 5|core x|info xen_version host|vm-list pv1|domid pv1 pv2|domname pv1 pv2|xvda x y|sched-credit2 pv1)$/,
    why: 'xl does not look at words too many: who writes them means something that is not done',
    exit: 2,
    words: true,
  },
  {
    line: /^-N (?!list)|^create (?:-n|--dryrun) /,
    why: 'a dry run shows the steps and what becomes of the store, for every change, not a config',
    words: true,
  },
  {
    line: /^(?:block-attach|network-attach) pv1 (?:nonsense|target=|vdev=xvdc$|format=nonsense|mac=zz|rate=x|type=nonsense)/,
    why: 'mistakes in a specification are told with their place and what would be right',
    words: true,
  },
  {
    line: /^create \/tmp\/(?:syntax|noname|badcpus|badaction|baduuid|baddisk|badtype|badvif)\.cfg$/,
    why: 'mistakes in a config are told with line and column and what would be right',
    words: true,
  },
  {
    line: /^create \/tmp\/badmem\.cfg$/,
    why: 'xl warns of a number that is none, and then starts the domain with 32 MiB',
    exit: 1,
    words: true,
  },
  {
    line: /memory=0$/,
    why: 'a domain without memory is a mistake in the config',
    exit: 1,
    words: true,
  },
  {
    line: /^create \/tmp\/pv1\.cfg name='pv9'$/,
    why: 'two domains with one UUID take each other’s /vm entry away',
    exit: 3,
    words: true,
  },
  {
    line: /^block-list (?:nosuch|pv1 nosuch)/,
    why: 'a domain that is not there is a failure',
    exit: 1,
    words: true,
  },
  {
    line: /^console -t nonsense/,
    why: 'an option’s value that is none is a mistake in the command line',
    exit: 2,
    words: true,
  },
  {
    line: /^destroy (?:0|Domain-0)$/,
    why: 'domain 0 is never destroyed, with no -f either',
    words: true,
  },
  {
    line: /^dump-core pv2 \/tmp\/core$/,
    why: 'a guest that never ran can be dumped too',
    exit: 0,
    words: true,
  },
  { line: /^dump-core pv1 \/nonexistent/, why: 'the reason is an error of ours', words: true },
  {
    line: /^config-update(?: -Q| --nonsense)?$/,
    why: 'options are options here too',
    exit: 2,
    words: true,
  },
  { line: /^config-update (?:--help|-h)$/, why: 'and help is help', exit: 0, words: true },
  { line: /^(?:--help|-h)$/, why: 'help is where it is looked for', exit: 0, words: true },
  { line: /^(?:-Q|--nonsense) list$/, why: 'xl’s getopt names the file of xl', words: true },
  { line: /^(?:-vfNtT )?nonsense$/, why: 'we say which, and what was probably meant', words: true },
  { line: /^help nonsense$/, why: 'no help is a failure', exit: 1, words: true },
  { line: /^info xen_version$/, why: 'another Xen', words: true },
  {
    line: /^list -1$/,
    why: 'a minus before digits begins no option, as in node',
    exit: 1,
    words: true,
  },
  { line: /^list $/, why: 'no name is nobody’s; xl takes it for domain 0', exit: 1, words: true },
  {
    line: /^mem-max pv1 -5$|^mem-set pv1 0$/,
    why: 'xl sets what the guest cannot survive',
    exit: 1,
    words: true,
  },
  {
    line: /^network-attach pv1 bridge=nobridge$/,
    why: 'the embedded machine has no bridges that a script could miss',
    exit: 0,
    words: true,
  },
  {
    line: /^network-detach pv1 zz$/,
    why: 'xl takes the first interface for what is no address',
    exit: 1,
    words: true,
  },
  {
    line: /^network-detach --force/,
    why: 'there is --force for interfaces too',
    exit: 1,
    words: true,
  },
  { line: /^rename pv1 $/, why: 'xl takes the name away', exit: 1, words: true },
  { line: /^rename 17 pv1$/, why: 'as for 99', exit: 1, words: true },
  {
    line: /^sched-credit2 -d pv1 -[wc] x$|^sched-credit2 -s -r/,
    why: 'numbers are numbers; the rate limit is not for domains',
    exit: 2,
    words: true,
  },
  {
    line: /^sched-credit2 -d pv1 -c -1$/,
    why: 'xl does not look at a cap below 0',
    exit: 1,
    words: true,
  },
  {
    line: /^(?:sysrq nosuch hh|trigger nosuch nonsense)$/,
    why: 'the command line is looked at before the domain',
    words: true,
  },
  {
    line: /^trigger pv1 nmi 99$/,
    why: 'a trigger that could not be sent is a failure',
    exit: 1,
    words: true,
  },
  { line: /^top -b|^uptime --short$/, why: 'options that xl has not', exit: 0, words: true },
  {
    line: /^vcpu-pin pv1 0 (?:99|bad|1-0|\^0|node:9|- -|none)$/,
    why: 'the reason is told as well',
    words: true,
  },
  { line: /^vcpu-set pv1 (?:3|99)$/, why: 'the reason is an error of ours', words: true },
  { line: /^vcpu-set pv1 1x$/, why: 'xl reads 1x as 1', exit: 1, words: true },
];

export function differencesOf({ words }: GoldenCase): readonly Difference[] {
  return DIFFERENCES.filter(({ line }) => line.test(words.join(' ')));
}
