/** The only component: the frame's ready-made rows, one `Text` each. */
import { Box, Text } from "ink";
import { memo, useSyncExternalStore } from "react";
import { view } from "../view.ts";
import { type Store } from "./store.ts";

/** Unchanged rows are not reconciled again. */
const Row = memo(({ text }: { readonly text: string }) => <Text wrap="truncate">{text}</Text>);

export function App({ store }: { readonly store: Store }) {
  const model = useSyncExternalStore(store.subscribe, store.model);
  const { columns, rows } = model.size;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {view(model, store.charts()).map((text, i) => <Row key={i} text={text} />)}
    </Box>
  );
}
