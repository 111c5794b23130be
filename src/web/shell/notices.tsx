import { dismiss, notices } from '../state/notices';
import { Icon } from './icons';

/** The words on what has just happened, at the bottom; read out as they come. */
export function Notices() {
  return (
    <div class="notices" role="status">
      {notices.value.map(({ id, text, kind, action }) => (
        <div key={id} class={`notice ${kind === 'WRONG' ? 'notice-wrong' : ''}`}>
          <span>{text}</span>
          {action && (
            <button
              type="button"
              class="notice-action"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.text}
            </button>
          )}
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
