# Làm sạch dữ liệu.
mat0001 = Không đọc hoặc ghi được tệp { $path }.
