import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { projectFiles, textOf } from '../support/project-files';

interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface KindSchema {
  readonly properties: Readonly<Record<string, { readonly const?: string }>>;
}

const FOLDER = 'deploy/kubernetes';
const SCHEMA = 'test/support/kubernetes.schema.json';
const { definitions, ...schema } = JSON.parse(textOf(SCHEMA)) as { definitions: Readonly<Record<string, KindSchema>> };
const checks = new Ajv({ allErrors: true }).addSchema({ ...schema, definitions }, 'kubernetes');

/** The objects of a manifest, as kubectl reads them: by YAML 1.1, to which `no` is no text. */
const objectsIn = (text: string): ManifestObject[] =>
  text.split(/^---$/m).map((document) => parse(document, { version: '1.1' }) as ManifestObject);

/** What an object has that its API does not take, or lacks. */
function problemsOf(object: ManifestObject): string[] {
  const { apiVersion, kind } = object;
  const [name] =
    Object.entries(definitions).find(
      ([, { properties }]) => properties['apiVersion']?.const === apiVersion && properties['kind']?.const === kind,
    ) ?? [];
  const check = name === undefined ? undefined : checks.getSchema(`kubernetes#/definitions/${name}`);
  if (check === undefined) return [`${SCHEMA} has no ${kind} of ${apiVersion}`];
  void check(object);
  return (check.errors ?? []).map(({ instancePath, message = '', params }) => {
    const { additionalProperty: stranger } = params as { additionalProperty?: string };
    return stranger === undefined ? `${instancePath} ${message}` : `${instancePath}/${stranger} is not known`;
  });
}

const files = projectFiles(FOLDER).map((path) => path.slice(FOLDER.length + 1));
const manifests = files.filter((file) => file !== 'kustomization.yaml');

describe('deploy/kubernetes', () => {
  it.each(manifests)('holds in %s only what the APIs of its objects take', (file) => {
    const objects = objectsIn(textOf(`${FOLDER}/${file}`));
    expect(objects.length).toBeGreaterThan(0);
    expect(objects.flatMap((object) => [object.metadata.name, ...problemsOf(object)])).toEqual(
      objects.map(({ metadata }) => metadata.name),
    );
  });

  it.each([
    [
      'a field that there is not',
      ['worker.yaml', 'livenessProbe:', 'livnessProbe:'],
      '/spec/template/spec/containers/0/livnessProbe is not known',
    ],
    [
      'a field that belongs elsewhere',
      ['producer.yaml', 'terminationGracePeriodSeconds: 45', 'failureThreshold: 45'],
      '/spec/template/spec/failureThreshold is not known',
    ],
    [
      'text in place of a number',
      ['worker.yaml', 'containerPort: 3001', "containerPort: '3001'"],
      '/spec/template/spec/containers/0/ports/0/containerPort must be number',
    ],
    [
      'a number in place of text',
      ['scaling.yaml', "value: '10'", 'value: 10'],
      '/spec/triggers/0/metadata/value must be string',
    ],
    [
      'a no without quotes in place of text',
      ['scaling.yaml', "excludeUnacknowledged: 'false'", 'excludeUnacknowledged: no'],
      '/spec/triggers/0/metadata/excludeUnacknowledged must be string',
    ],
    [
      'an object in place of a list',
      ['network-policies.yaml', 'policyTypes: [Ingress, Egress]', 'policyTypes: { Ingress: Egress }'],
      '/spec/policyTypes must be array',
    ],
    [
      'an object that lacks what it has to have',
      ['scaling.yaml', 'scaleTargetRef: { name: warren-worker }', ''],
      "/spec must have required property 'scaleTargetRef'",
    ],
    [
      'an API that is not there',
      ['dashboard.yaml', 'apiVersion: policy/v1', 'apiVersion: policy/v2'],
      `${SCHEMA} has no PodDisruptionBudget of policy/v2`,
    ],
  ])('would not hold %s', (_what, [file = '', right = '', wrong = ''], problem) => {
    const text = textOf(`${FOLDER}/${file}`);
    expect(text).toContain(right);
    expect(objectsIn(text.replace(right, wrong)).flatMap(problemsOf)).toEqual([problem]);
  });

  it('says in kustomization.yaml only what kustomize knows, of images that the manifests start', () => {
    const kustomization = parse(textOf(`${FOLDER}/kustomization.yaml`)) as { images: { name: string }[] };
    const { images, ...rest } = kustomization;
    expect(Object.keys(rest)).toEqual(['apiVersion', 'kind', 'namespace', 'resources']);
    expect(images.map((image) => Object.keys(image))).toEqual(images.map(() => ['name', 'newTag']));
    const started = manifests.flatMap((file) => textOf(`${FOLDER}/${file}`).match(/(?<=\bimage: )\S+/g) ?? []);
    expect(images.map(({ name }) => name).toSorted()).toEqual(started.toSorted());
  });
});
