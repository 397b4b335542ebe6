# Làm sạch dữ liệu.
mat0001 = Không đọc hoặc ghi được tệp { $path }.

# Rà soát
mat0501 = Thư mục { $path } không có tệp review.jsonl: chưa làm sạch ở đây, hoặc không có dòng nào cần rà soát.
mat0502 = Không đọc được dòng { $line } của tệp review.jsonl.
mat0503 = Không đọc được dòng { $line } của tệp decisions.jsonl.
mat0504 = Thư mục { $path } đang được rà soát ở một cửa sổ lệnh khác.
mat0505 = Dòng { $row } không nằm trong danh sách cần rà soát.
mat0506 = Người được chọn không nằm trong các ứng viên của dòng này.
mat0507 = Dòng này vừa được quyết định ở nơi khác. Mời Anh/Chị xem lại trước khi quyết định.
mat0508 = Quyết định này đã được hoàn tác, hoặc không có.
mat0509 = Chưa ghi được quyết định xuống đĩa, nên quyết định chưa có hiệu lực.
