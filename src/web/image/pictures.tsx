import { useState } from 'preact/hooks';

import { baseName } from '../words';
import type { ImageFacts } from './image';

/** The file itself beside the square that the network saw. */
export function Pictures({ image }: { image: ImageFacts }) {
  const [lost, setLost] = useState(false);
  const [unmade, setUnmade] = useState(false);
  const { width, height } = image;
  return (
    <div class="image-pictures">
      <figure>
        <div class="image-room">
          {image.original !== null && !lost ? (
            <a href={image.original} target="_blank" rel="noopener">
              <img
                src={image.original}
                alt={baseName(image.uri)}
                width={width}
                height={height}
                onError={() => setLost(true)}
              />
            </a>
          ) : (
            <p class="quiet">
              {image.original === null
                ? `Browsers do not show ${image.format}. The square beside it has its pixels.`
                : 'None of its sources holds the file any more where the server may read it.'}
            </p>
          )}
        </div>
        <figcaption>The original</figcaption>
      </figure>
      <figure>
        <div class="image-room">
          {unmade ? (
            <p class="quiet">It has no square yet. Start a resize run under Runs.</p>
          ) : (
            <img
              src={image.picture}
              alt="The letterboxed square"
              width={224}
              height={224}
              onError={() => setUnmade(true)}
            />
          )}
        </div>
        <figcaption>The square that the network saw</figcaption>
      </figure>
    </div>
  );
}
