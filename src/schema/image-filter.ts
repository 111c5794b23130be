import { Field, Float, ID, InputType, Int } from 'type-graphql';

import type { ImageFilter, Range } from '../catalog/image-filter.js';
import type { ImageFormat, LabelValue, Verdict } from '../entities/index.js';
import { ImageFormatEnum, LabelValueEnum, VerdictEnum } from './enums.js';
import { decodeId } from './ids.js';
import { badInput, list, text, within } from './input.js';

const LARGEST = 2 ** 31 - 1;
/** Of 64 bits; pictures that differ in more are unlike. */
const MOST_DISTANCE = 20;

@InputType({ description: 'A range of scores, both ends included.' })
export class ScoreRange {
  @Field(() => Float, { defaultValue: 0, description: 'The lowest score, 0 to 1.' })
  min!: number;

  @Field(() => Float, { defaultValue: 1, description: 'The highest score, 0 to 1 and at least `min`.' })
  max!: number;
}

@InputType({ description: 'A range of lengths in pixels, both ends included.' })
export class PixelRange {
  @Field(() => Int, { nullable: true, description: 'The fewest pixels. Default: 0.' })
  min?: number | null;

  @Field(() => Int, { nullable: true, description: 'The most pixels, at least `min`. Default: no limit.' })
  max?: number | null;
}

@InputType({ description: 'Images that look like a given one, by perceptual hash.' })
export class NearPicture {
  @Field(() => ID, { description: 'The given image; it is among those found.' })
  image!: string;

  @Field(() => Int, {
    defaultValue: 6,
    description: `How many of the 64 bits of their perceptual hashes may differ (Hamming distance), 0 to ${MOST_DISTANCE}. Up to 6 it is the same picture in another size or quality.`,
  })
  maxDistance!: number;
}

@InputType('ImageFilter', {
  description: 'Which images: those for which all that is given holds. What is left out does not matter.',
})
export class ImageFilterInput {
  @Field(() => ScoreRange, { nullable: true, description: 'The score by the model. Needs a model.' })
  score?: ScoreRange | null;

  @Field(() => VerdictEnum, {
    nullable: true,
    description: 'The verdict by the model, at its threshold in force. Needs a model.',
  })
  verdict?: Verdict | null;

  @Field(() => LabelValueEnum, { nullable: true, description: 'The label in force.' })
  label?: LabelValue | null;

  @Field(() => Boolean, { nullable: true, description: 'True: images with any label. False: images without one.' })
  labelled?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'How the path or URL of one of its sources begins, at most 4,096 characters: `/scraped/2024/` for what is in that folder.',
  })
  sourcePrefix?: string | null;

  @Field(() => [ImageFormatEnum], { nullable: true, description: 'One of these formats.' })
  formats?: ImageFormat[] | null;

  @Field(() => PixelRange, { nullable: true, description: 'The width, after the EXIF orientation is applied.' })
  width?: PixelRange | null;

  @Field(() => PixelRange, { nullable: true, description: 'The height, after the EXIF orientation is applied.' })
  height?: PixelRange | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: images with a failure in any run. False: images without one.',
  })
  failed?: boolean | null;

  @Field(() => NearPicture, {
    nullable: true,
    description:
      'Looks like a given image. Reads the hash of every image, which takes some tenths of a second for a million.',
  })
  nearPicture?: NearPicture | null;
}

@InputType({
  description: 'The images that the query `images` gives with the same model and filter, in its order by default.',
})
export class MatchingImages {
  @Field(() => ID, {
    nullable: true,
    description: 'A model of the collection: only images that it has scored. Default: all images of the collection.',
  })
  model?: string | null;

  @Field(() => ImageFilterInput, { description: 'Which of them.' })
  filter!: ImageFilterInput;

  @Field(() => Int, {
    description:
      'How many images that is, as `totalCount` says: where there are more or fewer by now, nothing is changed, and the code is CONFLICT.',
  })
  expectedCount!: number;
}

/**
 * The filter as the catalog knows it.
 * @throws WinnowError BAD_INPUT that names the field
 */
export function filterOf(input: ImageFilterInput | null | undefined, name = 'filter'): ImageFilter {
  const { score, verdict, label, labelled, sourcePrefix, formats, width, height, failed, nearPicture } = input ?? {};
  return {
    score: score == null ? undefined : checkRange(score, `${name}.score`),
    verdict: verdict ?? undefined,
    label: label ?? undefined,
    labelled: labelled ?? undefined,
    sourcePrefix: sourcePrefix == null ? undefined : text(`${name}.sourcePrefix`, sourcePrefix, 4096),
    formats: formats == null ? undefined : [...new Set(list(`${name}.formats`, formats, 20))],
    width: width == null ? undefined : pixels(width, `${name}.width`),
    height: height == null ? undefined : pixels(height, `${name}.height`),
    failed: failed ?? undefined,
    near:
      nearPicture == null
        ? undefined
        : {
            imageId: decodeId('image', nearPicture.image, `${name}.nearPicture.image`),
            maxDistance: within(`${name}.nearPicture.maxDistance`, nearPicture.maxDistance, 0, MOST_DISTANCE),
          },
  };
}

/** The field of a filter that cannot be without a model, if one is given. */
export function needsModel({ score, verdict }: ImageFilter): 'score' | 'verdict' | undefined {
  return score ? 'score' : verdict && 'verdict';
}

/** @throws WinnowError BAD_INPUT that names the argument */
export function checkRange({ min, max }: ScoreRange, argument: string): ScoreRange {
  within(`${argument}.min`, min, 0, 1);
  within(`${argument}.max`, max, 0, 1);
  if (min > max) throw badInput(`${argument}.max`, `at least ${argument}.min, ${min}`, `${max}`);
  return { min, max };
}

function pixels({ min, max }: PixelRange, argument: string): Range {
  if (min != null) within(`${argument}.min`, min, 0, LARGEST);
  if (max != null) within(`${argument}.max`, max, min ?? 0, LARGEST);
  return { min: min ?? undefined, max: max ?? undefined };
}
