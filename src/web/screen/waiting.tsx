import { Loading } from '../shell/states';

/** The room that the histogram and the readout take, before they are there: so nothing jumps when they come. */
export function Waiting({ what }: { what: string }) {
  return (
    <div class="screen">
      <div class="panel panel-waiting" />
      <Loading what={what} />
    </div>
  );
}
