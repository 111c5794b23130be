# Two images: the default one computes on the processor; --target cuda, for NVIDIA, embeds with ONNX Runtime's CUDA provider
# and trains with tfjs-node-gpu.

FROM node:22-bookworm-slim AS build
WORKDIR /app
# .npmrc keeps onnxruntime-node from downloading CUDA.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM build AS build-cuda
# The provider is built for CUDA 12 and cuDNN 9, TensorFlow 2.9 in tfjs-node-gpu for CUDA 11 and cuDNN 8: both stand below.
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js \
 && npm install --no-save --no-audit --no-fund @tensorflow/tfjs-node-gpu@4.22.0

FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu22.04 AS cuda
RUN apt-get update \
 && apt-get install -y --no-install-recommends cuda-libraries-11-8 libcudnn8=8.9.*+cuda11.8 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build-cuda /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production WINNOW_HOME=/data LD_LIBRARY_PATH=/usr/local/cuda/lib64:/usr/local/cuda-11.8/lib64
WORKDIR /app
COPY --from=build-cuda /app/node_modules node_modules
COPY --from=build-cuda /app/dist dist
COPY --from=build-cuda /app/bin bin
COPY --from=build-cuda /app/package.json /app/schema.graphql /app/LICENSE ./
RUN useradd --uid 1000 --create-home node && mkdir /data /exports && chown node:node /data /exports
USER node
VOLUME /data
EXPOSE 4000
ENTRYPOINT ["bin/winnow.js"]
CMD ["serve"]

FROM node:22-bookworm-slim AS cpu
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
ENTRYPOINT ["bin/winnow.js"]
CMD ["serve"]
