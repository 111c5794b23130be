import type { ComponentChildren } from 'preact';
import { useRoute } from 'preact-iso';
import { useContext } from 'preact/hooks';

import { imagePage } from '../api/documents';
import type { ImagePageQuery } from '../api/documents';
import { Empty, Failed, Loading } from '../shell/states';
import { useLink } from '../state/address';
import { CurrentContext } from '../state/catalog';
import type { Collection } from '../state/catalog';
import { refreshAfterLabels } from '../state/labelling';
import { useQuery } from '../state/query';
import { baseName, count, dateTime } from '../words';
import { LabelHistory } from './label-history';
import { Pictures } from './pictures';
import { Scores } from './scores';
import { Similar } from './similar';
import '../styles/wall.css';
import '../styles/page.css';
import '../styles/model.css';
import '../styles/image.css';

refreshAfterLabels(imagePage);

export type ImageFacts = NonNullable<ImagePageQuery['image']>;

/** All that is known of one image. */
export function Image() {
  const { collection, loading, error, reload } = useContext(CurrentContext);
  const { params } = useRoute();
  if (error) return <Failed error={error} retry={() => void reload()} />;
  if (loading) return <Loading what="Looking for the image" />;
  if (collection === null) return <NoSuchImage />;
  return <ImagePage key={params.image} id={params.image} collection={collection} />;
}

function NoSuchImage() {
  const link = useLink();
  return (
    <Empty title="There is no such image">
      <p>
        <a href={link('/')}>Go to Screen</a>
      </p>
    </Empty>
  );
}

function ImagePage({ id, collection }: { id: string; collection: Collection }) {
  const { data, error, reload } = useQuery(imagePage, { id, collection: collection.id });
  if (error && data === null) {
    return error.code === 'BAD_INPUT' ? <NoSuchImage /> : <Failed error={error} retry={() => void reload()} />;
  }
  if (data === null) return <Loading what="Looking for the image" />;
  const { image } = data;
  if (image === null) return <NoSuchImage />;
  return (
    <div class="page">
      <h1>{baseName(image.uri)}</h1>
      <Pictures image={image} />
      <div class="image-facts">
        <LabelHistory image={image} collection={collection} />
        <Scores image={image} />
        <Card title="File">
          <dl class="pairs">
            <Fact name="size">
              {count(image.width)} × {count(image.height)}
            </Fact>
            <Fact name="format">{image.format === 'WEBP' ? 'WebP' : image.format}</Fact>
            <Fact name="bytes">{count(image.bytes)}</Fact>
            {image.frames > 1 && <Fact name="frames">{count(image.frames)}, the first one counts</Fact>}
            <Fact name="ingested">{dateTime(image.createdAt)}</Fact>
          </dl>
          <dl class="pairs pairs-wide">
            <Fact name="SHA-256">
              <code>{image.sha256}</code>
            </Fact>
          </dl>
        </Card>
        <Card title="Sources">
          {image.sources.length === 0 && (
            <p class="quiet">It is no longer at any place where it was found. Ingest the folder that it is in now.</p>
          )}
          <ul class="plain-list">
            {image.sources.map(({ uri, foundAt }) => (
              <li key={uri}>
                <code>{uri}</code> <span class="quiet">found {dateTime(foundAt)}</span>
              </li>
            ))}
          </ul>
        </Card>
        {image.failures.length > 0 && <Failures failures={image.failures} />}
      </div>
      <Similar image={image} collection={collection} />
    </div>
  );
}

function Failures({ failures }: Pick<ImageFacts, 'failures'>) {
  return (
    <Card title="Failures">
      <ul class="plain-list">
        {failures.map(({ id, stage, code, message, attempt, createdAt }) => (
          <li key={id}>
            <code>{code}</code> at {stage.toLowerCase()}: {message}{' '}
            <span class="quiet">
              {dateTime(createdAt)}, attempt {attempt}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** One group of facts. */
export function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
