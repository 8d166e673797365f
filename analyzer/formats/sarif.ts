/**
 * Findings as SARIF 2.1.0, which editors and code scanning read:
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
 */

import { baseName } from '../analysis/baseName.ts';
import { sourcePath } from '../analysis/sourcePath.ts';
import type { Finding, RecordingMeta, Severity } from '../model/index.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json';
/** What relative locations start from: the directory in which the command was started. */
const BASE = 'SRCROOT';

const LEVELS = { high: 'error', medium: 'warning', low: 'note' } as const satisfies Record<Severity, string>;
/** A kind of result. `page`: its explanation in Markdown. */
export interface SarifRule {
  readonly id: string;
  readonly title: string;
  readonly page: string;
}

/** A result beside the findings, of no line of source: a limit that was exceeded. */
export interface SarifFailure {
  readonly rule: SarifRule;
  readonly message: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface SarifSource {
  readonly meta: Pick<RecordingMeta, 'directory' | 'command' | 'exitCode'>;
  /** Version of perfscope. */
  readonly version: string;
  readonly rules: readonly SarifRule[];
  readonly findings: readonly Finding[];
  readonly failures?: readonly SarifFailure[];
}

/** A SARIF log with one run, to be written as JSON. Only rules that have a result are listed. */
export function toSarif({ meta, version, rules, findings, failures = [] }: SarifSource) {
  const wanted = new Set([...findings.map(({ rule }) => rule), ...failures.map(({ rule }) => rule.id)]);
  const listed = [...rules, ...failures.map(({ rule }) => rule)].filter(
    ({ id }, at, all) => wanted.has(id) && all.findIndex((other) => other.id === id) === at,
  );
  const indexOf = (id: string) => {
    const ruleIndex = listed.findIndex((rule) => rule.id === id);
    return ruleIndex < 0 ? { ruleId: id } : { ruleId: id, ruleIndex };
  };
  return {
    $schema: SCHEMA,
    version: '2.1.0' as const,
    runs: [
      {
        tool: { driver: { name: 'perfscope', version, rules: listed.map(descriptor) } },
        ...(meta.directory === ''
          ? {}
          : { originalUriBaseIds: { [BASE]: { uri: folderUri(meta.directory) } } }),
        columnKind: 'utf16CodeUnits' as const,
        results: [
          ...findings.map((finding, at) => ({
            ...indexOf(finding.rule),
            level: LEVELS[finding.severity],
            // SARIF ranks from 0 to 100, the most important at 100.
            rank: 100 - (100 * at) / findings.length,
            message: { text: `${finding.title}. ${finding.why} ${finding.change}` },
            ...locations(finding, meta.directory),
            partialFingerprints: { 'place/v1': fingerprint(finding) },
            properties: propertiesOf(finding),
          })),
          ...failures.map(({ rule, message, properties }) => ({
            ...indexOf(rule.id),
            level: 'error' as const,
            message: { text: message },
            properties,
          })),
        ],
      },
    ],
  };
}

const descriptor = ({ id, title, page }: SarifRule) => ({
  id,
  name: title.replace(/[^A-Za-z0-9]+(\w?)/g, (_, next: string) => next.toUpperCase()) || id,
  shortDescription: { text: title },
  fullDescription: { text: title },
  help: { text: page, markdown: page },
  properties: { tags: ['performance'] },
});

function locations({ location }: Finding, directory: string) {
  if (location === null) return {};
  const { file, line, function: name } = location;
  const logicalLocations = name === '' ? {} : { logicalLocations: [{ name, kind: 'function' }] };
  const source = sourcePath(file, directory);
  if (source === null) return { locations: [logicalLocations] };
  const artifactLocation = source.isInside
    ? { uri: encoded(source.path), ...(directory === '' ? {} : { uriBaseId: BASE }) }
    : { uri: fileUri(source.path) };
  const region = line >= 1 ? { region: { startLine: line } } : {};
  return { locations: [{ physicalLocation: { artifactLocation, ...region }, ...logicalLocations }] };
}

/** The same in the next recording although lines have moved, so that a result is told to be an old one. */
const fingerprint = ({ rule, location }: Finding): string =>
  [rule, baseName(location?.file ?? ''), location?.function ?? ''].join('|');

const propertiesOf = ({ gain, withheld, evidence, lanes, interval, change, docs }: Finding) => ({
  gain,
  withheld,
  evidence,
  lanes,
  interval,
  change,
  docs,
});

/** A path as part of a URI: a lone surrogate, which has no encoding, becomes U+FFFD. */
const encoded = (path: string): string =>
  path
    .split('/')
    .map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd')))
    .join('/');
const fileUri = (path: string): string =>
  /^[A-Za-z]:\//.test(path)
    ? `file:///${path.slice(0, 2)}${encoded(path.slice(2))}`
    : `file://${encoded(path)}`;
const folderUri = (path: string): string => `${fileUri(path.replaceAll('\\', '/').replace(/\/+$/, ''))}/`;
