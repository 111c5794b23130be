FROM node:22-bookworm-slim AS build
WORKDIR /app
# .npmrc keeps onnxruntime-node from downloading CUDA; this image computes on the CPU.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
ENV NODE_ENV=production WINNOW_HOME=/data
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/bin bin
COPY --from=build /app/package.json /app/schema.graphql /app/LICENSE ./
# Made here with the right owner, so that new volumes mounted over them have it too.
RUN mkdir /data /exports && chown node:node /data /exports
USER node
VOLUME /data
EXPOSE 4000
ENTRYPOINT ["node", "bin/winnow.js"]
CMD ["serve"]
